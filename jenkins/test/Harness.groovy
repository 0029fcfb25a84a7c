// The step in every case, without a controller: order, arguments and text of the steps that it takes.
// In jenkins/: groovy -cp test:test/stubs test/Harness.groovy .
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

File root = new File(args ? args[0] : '.')
Library library = new Library(root)
int checks = 0
Closure check = { boolean good, Object what ->
    if (!good) { throw new AssertionError((Object) what.toString()) }
    checks++
}
Map secrets = [token: 's3cret-of-token', record: 's3cret-of-record', pass: 's3cret-of-pass']
Map config = [vendor: 'autify', credentialsId: 'token', testPlan: '3001']

/** One build: what the program writes to outputs.env (null: nothing) and ends with. */
Closure build = { Map given, Map asked ->
    File workspace = File.createTempDir()
    List ran = []
    Steps steps = new Steps(root: root, workspace: workspace, secrets: secrets, env: given.env, execute: { String script, Map environment ->
        ran << [script: script, environment: environment]
        boolean cleaning = environment.TESTRUN_SCRIPT_COMMAND == 'cleanup'
        if (cleaning) { return given.cleanup instanceof Closure ? given.cleanup() : 0 }
        if (given.stop) { throw given.stop }
        if (given.outputs != null) {
            File folder = new File(workspace, environment.TEST_RUNNER_RESULTS_DIR)
            folder.mkdirs()
            new File(folder, 'outputs.env').setText(given.outputs, 'UTF-8')
        }
        if (given.outputs != null || given.theirs) {
            new File(workspace, environment.TEST_RUNNER_RESULTS_DIR).mkdirs()
            new File(workspace, environment.TEST_RUNNER_RESULTS_DIR + '/junit.xml').setText('<testsuites/>', 'UTF-8')
        }
        given.status ?: 0
    })
    steps.unix = given.unix != false
    Map end = [steps: steps, ran: ran]
    try {
        end.map = library.forBuild(steps).call(asked)
    } catch (Exception error) {
        end.error = error
    } finally {
        workspace.deleteDir()
    }
    end.names = steps.calls*.step
    return end
}
Closure told = { int status, String more = '' -> "TESTRUN_CONCLUSION=${status ? 'failed' : 'passed'}\nTESTRUN_EXIT_CODE=${status}\n${more}".toString() }

// A green build: each step in its order, the outputs as a map.
Map green = build([outputs: told(0, 'TESTRUN_RUN_URL=https://v.example/a=b\nTESTRUN_TESTS=5\nTESTRUN_FAILED=0\nEVIL=1\n')], config)
check(green.names == ['isUnix', 'pwd', 'libraryResource', 'string', 'withEnv', 'withCredentials', 'sh', 'withEnv', 'sh',
    'fileExists', 'readFile', 'fileExists', 'fileExists', 'junit'], green)
check(green.map.conclusion == 'passed' && green.map.exitCode == 0 && green.map.tests == 5 && green.map.failed == 0, green.map)
check(green.map.runUrl == 'https://v.example/a=b' && green.map.recordedRunId == '' && green.map.jobs == null, green.map)
check(!green.map.containsKey('EVIL') && green.steps.result == 'SUCCESS', green.map)
new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(green.map)

// Secrets: in the environment of the process, and in no argument of any step.
Map secret = build([outputs: told(0)], config + [recordTo: 'testmo', testmoCredentialsId: 'record', passwordCredentialsId: 'pass'])
Map environment = secret.ran[0].environment
check([environment.INPUT_TOKEN, environment.TEST_RUNNER_TESTMO_TOKEN, environment.TEST_RUNNER_PASSWORD] ==
    ['s3cret-of-token', 's3cret-of-record', 's3cret-of-pass'], environment)
check(!secret.steps.calls.toString().contains('s3cret'), secret.steps.calls)
check(secret.ran[1].environment == environment + [TESTRUN_SCRIPT_COMMAND: 'cleanup'], secret.ran[1])

// Hostile values in every input reach the environment as they are, and nothing else.
List hostile = ["'; touch /tmp/x; '", '$(id)', '`id`', '${TEST_RUNNER_TOKEN}', '$TEST_RUNNER_VENDOR ${NODE_NAME} $$ $$$x $', '"', 'a\nTEST_RUNNER_VENDOR=x', '\\', '%s', '한국어 👩‍👩‍👧', ' x ', '-e', 'a=b']
String script = green.ran[0].script
Class names = library.type.classLoader.loadClass('org.testrunner.Names')
Closure beside = { Map end -> end.steps.calls.findAll { it.step != 'withEnv' }.collect { [it.step, it.step == 'pwd' ? [] : it.arguments] } }
List texts = names.VARIABLES.keySet().toList() - ['vendor', 'mode', 'resultsDir']
check(texts.size() > 80, texts)
hostile.each { String value ->
    Map end = build([outputs: told(0)], config + texts.collectEntries { [it, value] })
    check(end.ran*.script == [script, script] && beside(end) == beside(green), "${value}: ${beside(end)}")
    texts.each { check(end.ran[0].environment[names.VARIABLES[it]] == value, "${it}: ${value}") }
    check(end.ran[0].environment.keySet() - green.ran[0].environment.keySet() - names.VARIABLES.values() == [] as Set, value)
}

// What an input may be.
Closure sent = { Map more, String variable -> build([outputs: told(0)], config + more).ran[0].environment[variable] }
check(sent([scenarios: [501, '502']], 'TEST_RUNNER_SCENARIOS') == '501\n502', 'a list')
check(sent([scenarios: '501,502'], 'TEST_RUNNER_SCENARIOS') == '501,502', 'a list as a text')
check(sent([capabilities: [[os_type: 'linux', browser_type: 'a"b']]], 'TEST_RUNNER_CAPABILITIES') ==
    '[{"os_type":"linux","browser_type":"a\\"b"}]', 'objects')
check(sent([capabilities: [os_type: 'linux']], 'TEST_RUNNER_CAPABILITIES') == '{"os_type":"linux"}', 'an object')
check(sent([allowEmpty: true, rerunFailed: 2], 'TEST_RUNNER_ALLOW_EMPTY') == 'true', 'a truth value')
check(sent([rerunFailed: 2], 'TEST_RUNNER_RERUN_FAILED') == '2', 'a number')
check(sent([timeout: "${30}m"], 'TEST_RUNNER_TIMEOUT') == '30m', 'a GString')
check(sent([timeout: null], 'TEST_RUNNER_TIMEOUT') == null && sent([timeout: ''], 'TEST_RUNNER_TIMEOUT') == null, 'unset')
check(sent([:], 'TEST_RUNNER_CI') == 'jenkins' && sent([ci: 'generic'], 'TEST_RUNNER_CI') == 'generic', 'ci')

// What the library itself needs to know may also be a variable of the build; the map is stronger.
Map fromBuild = [TEST_RUNNER_VENDOR: 'qtest', TEST_RUNNER_RESULTS_DIR: 'out', TEST_RUNNER_CI: 'generic', TEST_RUNNER_MODE: ' ']
Map around = build([outputs: told(0), env: fromBuild], config - [vendor: config.vendor])
check(around.ran[0].environment.subMap(fromBuild.keySet()) == fromBuild, around)
check(around.map.conclusion == 'passed' && around.ran.size() == 2, around)
Map stronger = build([outputs: told(0), env: fromBuild], config + [resultsDir: 'mine', ci: 'jenkins'])
check(stronger.ran[0].environment.subMap(fromBuild.keySet()) == [TEST_RUNNER_VENDOR: config.vendor, TEST_RUNNER_RESULTS_DIR: 'mine', TEST_RUNNER_CI: 'jenkins', TEST_RUNNER_MODE: ' '], stronger)
check(build([env: [TEST_RUNNER_MODE: 'cleanup']], config).names.count('sh') == 1, 'mode of the build')
check(build([env: [TEST_RUNNER_RESULTS_DIR: '/x']], config).error.message.contains('`resultsDir` is a path inside'), 'a folder outside')

// What the scripts of a step keep is of that step alone, whatever folder it works in; its clean-up finds it again.
List ids = [green, secret].collect { Map end -> end.ran*.environment*.TESTRUN_SCRIPT_ID }
check(ids.every { it.size() == 2 && it[0] == it[1] && it[0] ==~ '[0-9a-f-]{36}' } && ids[0][0] != ids[1][0], ids)
Closure taken = { List asked ->
    Object folders = library.type.classLoader.loadClass('org.testrunner.Folders').newInstance()
    asked.collect { List each -> folders.take(each[0], each[1]) }
}
check(taken([['a:/w', 'out'], ['a:/w', 'out/'], ['a:/w', 'out//x'], ['a:/w', 'out/x']]) == ['out', 'out-2', 'out//x', 'out/x-2'], 'spellings')
check(taken([['a:/w', 'web/out'], ['a:/w/web', 'out'], ['a:/w/api', 'out'], ['b:/w', 'web/out']]) == ['web/out', 'out-2', 'out', 'web/out'], 'dirs')

// Mistakes: all in one message, and nothing is started.
Closure refused = { Map asked, List<String> words ->
    Map end = build([outputs: told(0)], asked)
    check(end.names == ['error'] && end.ran.empty, end)
    words.each { check(end.error.message.contains(it), "${it}: ${end.error.message}") }
}
refused([:], ['`vendor` is required: one of autify, mendix-ats'])
refused([vendor: 'nope', timeOut: '3m', xyzzy: 1], ['`vendor` is not known', '`timeOut` is unknown. Did you mean `timeout`?', '`xyzzy` is unknown.'])
refused(config + ['run-id': '7'], ['`run-id` is unknown. Did you mean `runId`?'])
refused(config + [credentialId: 'x'], ['Did you mean `credentialsId`?'])
refused(config + [token: 's3cret'], ['`token` is a secret', '`credentialsId`'])
check(!build([:], config + [token: 's3cret']).error.message.contains('s3cret'), 'a secret in a message')
refused(config + [onFailure: 'ignore', junit: 'maybe'], ['`onFailure` is one of fail, unstable, return.', '`junit` is true or false.'])
refused(config + [timeout: ['3m']], ['`timeout` takes one text, not a list.'])
refused(config + [timeout: [a: 1], capabilities: [1]], ['`timeout` must be a text.', '`capabilities` takes a list of maps'])
refused(config + [scenarios: ['1\n2']], ['an item of the list holds a line break'])
refused(config + [name: 'a\0b'], ['`name` holds a NUL character.'])
refused(config + [python: 'python3', image: 'x', dockerArgs: 'y'], ['`image` goes without `python`.', '`dockerArgs` goes without'])
refused(config + [program: 'x'], ['`program` goes with `python`.'])
['../x', '/x', 'a/../b', 'a b', 'a,b', 'x/*', '-/..', 'a\nb', '.', './', './x', 'x/.', '.git', '.GIT/x', 'x/.test-runner'].each { refused(config + [resultsDir: it], ['`resultsDir` is a path inside']) }
Map windows = build([unix: false], config)
check(windows.ran.empty && windows.error.message.contains('Windows'), windows.error)

// Every exit code: what becomes of the build, by `onFailure`.
[1, 2, 3, 4, 5, 6, 7, 70, 125, 126, 127, 130, 143].each { int status ->
    Map failed = build([status: status, outputs: told(status, 'TESTRUN_REASON=tests-failed\nTESTRUN_TESTS=5\nTESTRUN_FAILED=1\nTESTRUN_ERRORED=1\n')], config)
    check(failed.error.message.contains("exit code ${status}, tests-failed): 2 of 5 cases did not pass."), failed.error)
    check('junit' in failed.names && failed.names.count('sh') == 2, failed.names)
    Map unstable = build([status: status, outputs: told(status)], config + [onFailure: 'unstable'])
    check((unstable.steps.result == 'UNSTABLE') == (status in [1, 4, 5]), "${status}: ${unstable.steps.result}")
    check((unstable.error == null) == (status in [1, 4, 5]), "${status}: ${unstable.error}")
    Map returned = build([status: status, outputs: told(status)], config + [onFailure: 'return'])
    check(returned.error == null && returned.map.exitCode == status && returned.map.conclusion == 'failed', returned)
    check(returned.steps.log.contains("exit code ${status})") && returned.steps.result == 'SUCCESS', returned.steps.log)
}

// Never a false green: the file of an earlier moment, or none.
['fail', 'unstable', 'return'].each { String how ->
    Map silent = build([status: 0], config + [onFailure: how])
    check(silent.error.message.contains('left no outputs'), silent.error)
    check(build([status: 0, outputs: told(1)], config + [onFailure: how]).error.message.contains('left no outputs'), how)
    check(build([status: 0, outputs: 'TESTRUN_RUN_ID=7\n'], config + [onFailure: how]).error != null, how)
}
Map absent = build([status: 3], config + [onFailure: 'return'])
check(absent.map.conclusion == 'error' && absent.map.exitCode == 3 && absent.map.reason == 'unavailable', absent.map)
check(build([status: 125], config + [onFailure: 'return']).map.reason == '', 'no container')
Map foreign = build([status: 125, theirs: true], config + [onFailure: 'return'])
check(!('junit' in foreign.names), foreign.names)
Map killed = build([status: 137, outputs: told(0)], config + [onFailure: 'return'])
check(killed.map.conclusion == 'error' && killed.map.exitCode == 137, killed.map)
Map early = build([status: 137, outputs: 'TESTRUN_RUN_ID=7\n'], config + [onFailure: 'return'])
check(early.map.conclusion == 'error' && early.map.runId == '7' && early.map.tests == null, early.map)

// An abort: the clean-up runs with the same environment, and the abort goes on whatever becomes of that.
Exception abort = new FlowInterruptedException()
Map aborted = build([stop: abort], config)
check(aborted.error.is(abort) && aborted.ran.size() == 2 && aborted.ran[1].environment.TESTRUN_SCRIPT_COMMAND == 'cleanup', aborted)
check(aborted.ran[1].environment.INPUT_TOKEN == 's3cret-of-token' && !('unstable' in aborted.names), aborted.names)
Map twice = build([stop: abort, cleanup: { throw new FlowInterruptedException() }], config + [onFailure: 'return'])
check(twice.error.is(abort) && twice.steps.log.contains('clean-up could not be done'), twice.error)
Map late = build([outputs: told(0), cleanup: { throw abort }], config + [onFailure: 'return'])
check(late.error.is(abort), 'an abort while cleaning up')
check(build([outputs: told(0), cleanup: { 7 }], config).map.exitCode == 0, 'a clean-up that tells of a rest')

// The other ways.
Map here = build([outputs: told(0)], config + [python: 'python3.12', program: '/app/entrypoint.py'])
check(here.ran[0].environment.subMap(['TESTRUN_SCRIPT_PYTHON', 'TESTRUN_SCRIPT_PATH', 'TESTRUN_SCRIPT_IMAGE']) == [TESTRUN_SCRIPT_PYTHON: 'python3.12', TESTRUN_SCRIPT_PATH: '/app/entrypoint.py'], here.ran)
check(here.steps.calls.find { it.step == 'libraryResource' }.arguments == ['org/testrunner/agent.sh'], here.steps.calls)
check(sent([image: 'i:2', dockerArgs: '--network host'], 'TESTRUN_SCRIPT_DOCKER_ARGS') == '--network host', 'docker')
Map open = build([outputs: told(0)], [vendor: 'autify'])
check(!('withCredentials' in open.names) && open.map.conclusion == 'passed', open)
Map cleaning = build([:], config + [mode: 'cleanup'])
check(cleaning.names.count('sh') == 1 && !cleaning.error && cleaning.map.exitCode == 0 && !('junit' in cleaning.names), cleaning)
check(build([status: 7], config + [mode: 'cleanup']).error.message.contains('exit code 7'), 'a clean-up of its own')
check(!('junit' in build([outputs: told(0)], config + [junit: false]).names), 'junit: false')
check(build([outputs: told(0)], config + [credentialsId: 'none']).error.message.contains("Could not find credentials"), 'none')

// The rules of Rules.groovy are at work.
['class A { }', 'class A implements Serializable { String a() { "" } }',
    'class A implements Serializable { @com.cloudbees.groovy.cps.NonCPS List a() { [1].collect { it } } }',
    'class A implements Serializable { @com.cloudbees.groovy.cps.NonCPS String a() { System.getenv("x") } }',
    'class A implements Serializable { @com.cloudbees.groovy.cps.NonCPS Object a() { new File("x") } }',
    'void call() { [1].each { echo("x") } }', 'void call() { "ls".execute() }',
    '@com.cloudbees.groovy.cps.NonCPS void call() { echo("x") }'].each { String source ->
    boolean caught = false
    try { library.loader.parseClass(source) } catch (Throwable error) { caught = error.message.contains('Rule: ') }
    check(caught, source)
}

// The examples in the documentation: each step that they take is one that starts, with known parameters alone. What the
// program gets is printed, a line each, for its own opinion.
List examples = ['docs/ci/jenkins.md', 'README.md'].collectMany { String page ->
    (new File(root, "../${page}").text =~ /(?s)```groovy\n(.*?)```/).collect { it[1] }
}
examples.each { String text ->
    List asked = []
    Script example = new GroovyShell().parse(text.replaceAll('@Library.*', ''))
    Closure any = { String name, Object arguments ->
        List given = (arguments as Object[]).toList()
        if (name == 'testRunner') { asked << given[0] }
        given.each { each -> (each instanceof Map ? each.values() : [each]).findAll { it instanceof Closure }*.call() }
        name == 'testRunner' ? [exitCode: 0] : null
    }
    example.metaClass.methodMissing = any
    example.metaClass.propertyMissing = { String name -> name }
    example.run()
    check(asked.size() == text.count('testRunner(') + (text.contains('for (') ? 1 : 0), text)
    asked.each { Map one ->
        Map end = build([outputs: told(0)], one + (one.credentialsId ? [credentialsId: 'token'] : [:]))
        check(end.error == null && end.map.conclusion == 'passed', "${one}: ${end.error}")
        Map inputs = end.ran[0].environment.findAll { it.key.startsWith('TEST_RUNNER_') }
        println "example: ${groovy.json.JsonOutput.toJson(inputs)}"
    }
}
check(examples.size() >= 5, examples)
println "${checks} passed"
