import java.util.concurrent.locks.ReentrantLock

/**
 * Jenkins' pipeline steps as far as the library uses them, each call recorded.
 *
 * Like Jenkins: one branch of a pipeline runs at a time, and the others while it waits for a process; a step refuses
 * parameters that it does not know; what is passed to a step must be serializable; credentials are in the
 * environment of `sh` only, and hidden in the log; `dir` changes where a step works and PWD, and no other variable.
 */
class Steps {
    static final Map<String, List<String>> PARAMETERS = [
        sh: ['script', 'returnStatus', 'label'],
        string: ['credentialsId', 'variable'],
        readFile: ['file', 'encoding'],
        junit: ['testResults', 'allowEmptyResults', 'skipMarkingBuildUnstable'],
        dir: [],
    ]
    static final java.util.regex.Pattern MACRO = ~/\$([A-Za-z0-9_]+|\{[A-Za-z0-9_.]+\}|\$)/
    final File root
    final File workspace
    final Map<String, String> secrets  // by the ids of their credentials
    final Map<String, String> env  // of the build
    final ReentrantLock turn = new ReentrantLock()
    final List<Map> calls = [].asSynchronized()
    final StringBuffer log = new StringBuffer()
    String result = 'SUCCESS'
    boolean unix = true
    Closure<Integer> execute = { String script, Map environment -> 0 }
    private final InheritableThreadLocal<Map> context = new InheritableThreadLocal<Map>()

    Steps(Map given) {
        root = given.root
        workspace = given.workspace
        secrets = given.secrets ?: [:]
        env = [NODE_NAME: 'agent-1'] + (given.env ?: [:])
        if (given.execute) { execute = given.execute }
    }

    Map getScope() { context.get() ?: [environment: [PWD: workspace.path], credentials: [:]] }

    private File file(Object path) { new File(scope.environment.PWD.toString(), path.toString()) }

    Object invoke(String name, List arguments) {
        List plain = arguments.findAll { !(it instanceof Closure) }
        new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(plain)
        Map named = plain && plain[0] instanceof Map ? (Map) plain[0] : [:]
        List unknown = PARAMETERS.containsKey(name) ? named.keySet().toList() - PARAMETERS[name] : []
        if (unknown) { throw new IllegalArgumentException("${name}: unknown parameters ${unknown}") }
        calls << [step: name, arguments: plain, environment: scope.environment.keySet().toList()]
        Closure body = arguments && arguments[-1] instanceof Closure ? (Closure) arguments[-1] : null
        switch (name) {
            case 'withEnv': return within(environment: expanded(plain[0].collectEntries { String each -> pair(each) }), body)
            case 'withCredentials': return within(credentials: plain[0].collectEntries { [it.variable, secret(it)] }, body)
            case 'string': return named
            case 'sh': return status(named)
            case 'libraryResource': return new File(new File(root, 'resources'), plain[0].toString()).getText('UTF-8')
            case 'isUnix': return unix
            case 'pwd': return scope.environment.PWD
            case 'dir': return inside(file(plain[0]), body)
            case 'fileExists': return file(plain[0]).exists()
            case 'readFile': return file(named.file).getText(named.encoding.toString())
            case 'junit': assert file(named.testResults).file; return null
            case 'echo': log.append("${plain[0]}\n"); return null
            case 'unstable': result = 'UNSTABLE'; log.append("${plain[0]}\n"); return null
            case 'error': throw new IllegalStateException(plain[0].toString())
            default: throw new IllegalArgumentException("no such step: ${name}")
        }
    }

    private static List<String> pair(String text) {
        int equals = text.indexOf('=')
        assert equals > 0
        [text.substring(0, equals), text.substring(equals + 1)]
    }

    /** EnvVars.overrideExpandingAll and Util.replaceMacro: variables by their names, credentials of outer steps too. */
    private Map expanded(Map<String, String> more) {
        Map known = env + scope.environment + scope.credentials
        more.collectEntries { String name, String value ->
            String text = value.replaceAll(MACRO) { List found ->
                String key = found[1].startsWith('{') ? found[1][1..-2] : found[1]
                key == '$' ? '$' : (known + more).get(key) ?: found[0]
            }
            [name, text]
        }
    }

    private String secret(Map binding) {
        if (!secrets.containsKey(binding.credentialsId)) {
            throw new IllegalStateException("Could not find credentials entry with ID '${binding.credentialsId}'")
        }
        secrets[binding.credentialsId]
    }

    private Object within(Map more, Closure body) {
        Map before = scope
        context.set([environment: before.environment + (more.environment ?: [:]),
            credentials: before.credentials + (more.credentials ?: [:])])
        try { return body.call() } finally { context.set(before) }
    }

    private Object inside(File folder, Closure body) {
        folder.mkdirs()
        within(environment: [PWD: folder.path], body)
    }

    private Object status(Map named) {
        Map environment = env + scope.environment + scope.credentials
        int status = execute(named.script.toString(), environment)
        if (named.returnStatus) { return status }
        if (status) { throw new IllegalStateException("script returned exit code ${status}") }
        return null
    }

    /** A line of the log as Jenkins shows it. */
    void show(String line) {
        String shown = line
        for (String each : secrets.values()) { shown = shown.replace(each, '****') }
        log.append(shown).append('\n')
    }
}
