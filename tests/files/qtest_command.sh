# Stands for a user's tests of a qTest job where hundreds of jobs are run: quick, and notes each of its runs in `ran`.
#
# Writes JUnit for the contents in QTEST_MATERIALS_FILE to its first argument; one that begins with shop.FailingTest
# fails. The second one: `exit` fails without a failed case, `killed` dies, `silent` writes no file, `broken` half a
# file, `skip` skips all, `other` tests something else, `hang` never ends.
tests() { sed -n 's/^ *"test_run_id": \([0-9]*\),*$/ \1/p' "$QTEST_MATERIALS_FILE" | tr -d '\n'; }
cases() {
    failed='<failure message="expected 1, got 0"/>'
    sed -n -e "s|^ *\"automation_content\": \"\(shop.FailingTest.*\)\"\$|<testcase name=\"\1\" time=\"0.5\">$failed</testcase>|p;t" \
        -e "s|^ *\"automation_content\": \"\(.*\)\"\$|<testcase name=\"$2\1\" time=\"0.5\">$1</testcase>|p" "$QTEST_MATERIALS_FILE"
}

echo "$QTEST_JOB_ID$(tests)" >> ran
case "$2" in
    hang) exec sleep 600 ;;
    killed) kill -9 $$ ;;
    silent) exit 0 ;;
    broken) echo '<testsuite><testcase name="half' > "$1" ; exit 0 ;;
    skip) inside='<skipped/>' ;;
    other) before=other. ;;
esac
{ echo '<testsuite name="shop">'; cases "${inside-}" "${before-}"; echo '</testsuite>'; } > "$1"
[ "$2" != exit ]
