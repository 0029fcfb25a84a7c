package org.testrunner

import com.cloudbees.groovy.cps.NonCPS
import groovy.json.JsonOutput

/**
 * What a pipeline asks of the step: its map, checked, as environment variables and credentials.
 *
 * Loops rather than closures, and only what Jenkins' sandbox allows: folders may have this library untrusted.
 */
class Request implements Serializable {
    private static final long serialVersionUID = 1L
    static final String IMAGE = 'ghcr.io/org/test-runner-action:1'
    static final String SOURCE = 'https://github.com/org/test-runner-action'
    /** Parts of a path that lead to no folder of our own: old results are deleted there before anything else is looked at. */
    static final List<String> RESERVED = ['.', '..', '.git', '.test-runner']
    static final List<String> ON_FAILURE = ['fail', 'unstable', 'return']

    String vendor = ''
    String mode = ''
    String onFailure = 'fail'
    boolean junit = true
    boolean contained = true  // in a container, else by a Python of the agent
    String id = UUID.randomUUID().toString()  // of the step: what its scripts keep is in a folder of that name
    String folder = ''  // of the results, in the workspace
    List<String> variables = []  // NAME=value
    List<Map<String, String>> credentials = []  // id, variable
    List<String> problems = []

    /**
     * The request that a map makes; `problems` has all that is wrong with it. `around` are inputs that the library itself
     * needs to know, as the build's own variables TEST_RUNNER_… give them: they hold where the map leaves them out.
     */
    @NonCPS
    static Request of(Map config, Map<String, String> around) {
        Request made = new Request()
        Map<String, Object> given = [:]
        for (Object key : config.keySet()) {
            Object value = config.get(key)
            if (value != null && value.toString() != '') { given.put(key.toString(), value) }  // empty means unset
        }
        for (String name : around.keySet()) {
            String value = around.get(name)
            if (value != null && value.trim() != '' && !given.containsKey(name)) { given.put(name, value.trim()) }
        }
        for (String name : given.keySet()) { made.take(name, given.get(name)) }
        made.settle(given)
        return made
    }

    @NonCPS
    private void take(String name, Object value) {
        if (Names.OWN.contains(name)) {
            return
        } else if (Names.VARIABLES.containsKey(name)) {
            String text = textOf(name, value)
            if (text != null) { variables.add(Names.VARIABLES.get(name) + '=' + text) }
        } else if (Names.SECRETS.containsKey(name)) {
            credentials.add([id: plain(name, value), variable: Names.SECRETS.get(name)])
        } else if (Names.CREDENTIALS.containsKey(name)) {
            problems.add("`${name}` is a secret, which must not stand in a pipeline: keep it as a credential " +
                "(Secret text) and give its id, `${Names.CREDENTIALS.get(name)}`.".toString())
        } else {
            String near = Spelling.nearest(name, known())
            problems.add("`${name}` is unknown.${near ? " Did you mean `${near}`?" : ''}".toString())
        }
    }

    @NonCPS
    private void settle(Map<String, Object> given) {
        vendor = plain('vendor', given.get('vendor'))
        if (!Names.VENDORS.contains(vendor)) {
            problems.add("`vendor` ${vendor ? 'is not known' : 'is required'}: one of " +
                "${String.join(', ', Names.VENDORS)}.".toString())
        }
        mode = plain('mode', given.get('mode'))
        onFailure = plain('onFailure', given.get('onFailure')) ?: 'fail'
        if (!ON_FAILURE.contains(onFailure)) {
            problems.add("`onFailure` is one of ${String.join(', ', ON_FAILURE)}.".toString())
        }
        String publish = plain('junit', given.get('junit'))
        if (!['', 'true', 'false'].contains(publish)) { problems.add('`junit` is true or false.') }
        junit = publish != 'false'
        folder = plain('resultsDir', given.get('resultsDir')) ?: "test-results/test-runner/${vendor}".toString()
        if (!isPlace(folder)) {
            problems.add('`resultsDir` is a path inside the workspace, of letters, digits, `.`, `_`, `-` and `/`, ' +
                'and neither the workspace itself nor in `.git` or `.test-runner`.')
        }
        settleProgram(given)
    }

    @NonCPS
    private void settleProgram(Map<String, Object> given) {
        contained = !given.containsKey('python')
        for (String name : ['image', 'dockerArgs']) {
            if (!contained && given.containsKey(name)) { problems.add("`${name}` goes without `python`.".toString()) }
        }
        for (String name : ['program', 'programSource', 'programRef']) {
            if (contained && given.containsKey(name)) { problems.add("`${name}` goes with `python`.".toString()) }
        }
        Map<String, String> defaults = contained ?
            [image: IMAGE, dockerArgs: ''] : [python: '', program: '', programSource: SOURCE, programRef: 'v1']
        Map<String, String> called = [image: 'TESTRUN_SCRIPT_IMAGE', dockerArgs: 'TESTRUN_SCRIPT_DOCKER_ARGS',
            python: 'TESTRUN_SCRIPT_PYTHON', program: 'TESTRUN_SCRIPT_PATH', programSource: 'TESTRUN_SCRIPT_SOURCE', programRef: 'TESTRUN_SCRIPT_REF']
        for (String name : defaults.keySet()) {
            variables.add(called.get(name) + '=' + (plain(name, given.get(name)) ?: defaults.get(name)))
        }
        variables.add('TESTRUN_SCRIPT_VARIABLES=' + String.join(' ', Names.USUAL_VARIABLES))
        if (!given.containsKey('ci')) { variables.add('TEST_RUNNER_CI=jenkins') }  // also where JENKINS_URL is not set
    }

    /** The resource with the script that runs the program. */
    @NonCPS
    String getScript() { 'org/testrunner/' + (contained ? 'container.sh' : 'agent.sh') }

    /**
     * The variables of a step that leaves its results in this folder, as `withEnv` takes them: that puts other
     * variables, secrets too, where a value says $NAME or ${NAME}, and a dollar sign where it says two.
     */
    @NonCPS
    List<String> environment(String results) {
        List<String> found = []
        for (String each : variables) {
            if (!each.startsWith('TEST_RUNNER_RESULTS_DIR=')) { found.add(each.replace('$', '$$')) }
        }
        found.add('TEST_RUNNER_RESULTS_DIR=' + results)
        found.add('TESTRUN_SCRIPT_ID=' + id)
        return found
    }

    @NonCPS
    private String textOf(String name, Object value) {
        String kind = Names.KINDS.get(name) ?: 'text'
        if (kind == 'objects' && value instanceof Map) { return JsonOutput.toJson((Map) value) }
        if (!(value instanceof List)) { return plain(name, value) }
        List<String> items = []
        for (Object item : (List) value) {
            if (kind == 'objects' && item instanceof Map) {
                items.add(JsonOutput.toJson((Map) item))
            } else if (kind == 'list') {
                String text = plain(name, item)
                if (text.contains('\n') || text.contains('\r')) {
                    problems.add("`${name}`: an item of the list holds a line break.".toString())
                }
                items.add(text)
            } else {
                problems.add(kind == 'text' ? "`${name}` takes one text, not a list.".toString() :
                    "`${name}` takes a list of maps, or YAML as a text.".toString())
                return null
            }
        }
        return kind == 'objects' ? '[' + String.join(',', items) + ']' : String.join('\n', items)
    }

    /** A text, a number or a truth value as a text. */
    @NonCPS
    private String plain(String name, Object value) {
        if (value == null) { return '' }
        boolean simple = value instanceof CharSequence || value instanceof Number || value instanceof Boolean
        String text = simple ? value.toString() : ''
        if (!simple) { problems.add("`${name}` must be a text.".toString()) }
        if (text.indexOf(0) >= 0) {
            problems.add("`${name}` holds a NUL character.".toString())
            return ''
        }
        return text
    }

    @NonCPS
    private static boolean isPlace(String path) {
        if (!path.matches('[A-Za-z0-9._-][A-Za-z0-9._/-]*')) { return false }
        for (String part : path.split('/')) {
            if (RESERVED.contains(part.toLowerCase())) { return false }
        }
        return true
    }

    @NonCPS
    private static List<String> known() {
        List<String> found = []
        for (String each : Names.OWN) { found.add(each) }
        for (String each : Names.VARIABLES.keySet()) { found.add(each) }
        for (String each : Names.SECRETS.keySet()) { found.add(each) }
        return found
    }
}
