package org.testrunner

import com.cloudbees.groovy.cps.NonCPS

/** What a misspelt name was probably meant to be. */
class Spelling implements Serializable {
    private static final long serialVersionUID = 1L

    /** The known name that is at most a third of its letters away, `run-id` and `RunID` counting as runId; else ''. */
    @NonCPS
    static String nearest(String name, List<String> known) {
        String wanted = bare(name)
        String best = ''
        int least = 1 + wanted.length()
        for (String each : known) {
            int away = distance(wanted, bare(each))
            if (away < least && 3 * away <= wanted.length()) {
                least = away
                best = each
            }
        }
        return best
    }

    @NonCPS
    private static String bare(String name) {
        String cut = name.length() > 60 ? name.substring(0, 60) : name
        return cut.replace('-', '').replace('_', '').toLowerCase()
    }

    /** Levenshtein's: how many letters to put in, take out or change. */
    @NonCPS
    private static int distance(String one, String other) {
        List<Integer> before = []
        for (int at = 0; at <= other.length(); at++) { before.add(at) }
        for (int row = 1; row <= one.length(); row++) {
            List<Integer> now = [row]
            for (int at = 1; at <= other.length(); at++) {
                int changed = before.get(at - 1) + (one.charAt(row - 1) == other.charAt(at - 1) ? 0 : 1)
                now.add(Math.min(changed, 1 + Math.min(before.get(at), now.get(at - 1))))
            }
            before = now
        }
        return before.get(other.length())
    }
}
