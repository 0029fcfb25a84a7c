// Runs a scripted pipeline with the library, its `sh` for real: groovy -cp test:test/stubs test/Pipeline.groovy BUILD.json
// BUILD.json: root, workspace, pipeline (text), secrets, agent (the environment of its processes), env (of the build),
// abort (a file: when it appears, the build is aborted), end (a file, for what became of it as JSON).
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

Map build = (Map) new JsonSlurper().parse(new File(args[0]))
File root = new File(build.root.toString())
File workspace = new File(build.workspace.toString())
Steps steps = new Steps(root: root, workspace: workspace, secrets: build.secrets, env: build.env)
Agent agent = new Agent(workspace: workspace, environment: build.agent, abort: new File(build.abort.toString()), steps: steps)
steps.execute = agent.&run
Script step = new Library(root).forBuild(steps)

Script pipeline = new GroovyShell(new Binding(env: steps.env)).parse(build.pipeline.toString())
pipeline.metaClass.methodMissing = { String name, Object arguments ->
    List given = (arguments as Object[]).toList()
    switch (name) {
        case 'testRunner': return step.call(*given)
        case 'parallel': return new Branches(steps: steps).run((Map) given[0])
        default: return steps.invoke(name, given)
    }
}
Map end = [value: null, error: null]
steps.turn.lock()
try {
    end.value = pipeline.run()
} catch (FlowInterruptedException aborted) {
    steps.result = 'ABORTED'
} catch (Exception error) {
    steps.result = 'FAILURE'
    end.error = error.message
} finally {
    steps.turn.unlock()
}
new File(build.end.toString()).setText(JsonOutput.toJson(end + [result: steps.result, calls: steps.calls, log: steps.log.toString()]), 'UTF-8')

/** The step `parallel`: the branches in threads that take turns, as Jenkins' are. */
class Branches {
    Steps steps

    Map run(Map branches) {
        Map values = [:].asSynchronized()
        List errors = [].asSynchronized()
        List threads = branches.findAll { it.value instanceof Closure }.collect { name, body ->
            Thread.start {
                steps.turn.lock()
                try { values[name] = body.call() } catch (Exception error) { errors << error } finally { steps.turn.unlock() }
            }
        }
        steps.turn.unlock()
        threads*.join()
        steps.turn.lock()
        if (errors) { throw errors[0] }
        return values
    }
}

/** An agent: starts scripts as durable-task does, and ends them by the cookie in their environment. */
class Agent {
    static final int PATIENCE = 5000  // milliseconds from SIGTERM to SIGKILL: SoftKillWaitSeconds
    File workspace
    Map environment
    File abort
    Steps steps
    private int number = 0

    int run(String script, Map more) {
        String cookie = "durable-${++number}"
        File folder = new File("${workspace.path}@tmp/${cookie}")
        folder.mkdirs()
        File file = new File(folder, 'script.sh')
        file.setText(script, 'UTF-8')
        file.executable = true
        ProcessBuilder builder = new ProcessBuilder(script.startsWith('#!') ? [file.path] : ['sh', '-xe', file.path])
        builder.environment().clear()
        builder.environment().putAll(environment + more + [JENKINS_SERVER_COOKIE: cookie, WORKSPACE_TMP: "${workspace.path}@tmp".toString()])
        builder.directory(new File(more.PWD.toString())).redirectErrorStream(true)
        Process process = builder.start()
        process.outputStream.close()
        Thread reader = Thread.start { process.inputStream.eachLine('UTF-8') { steps.show(it) } }
        steps.turn.unlock()
        boolean aborted = false
        try {
            while (process.alive && !aborted) {
                aborted = abort.delete()
                if (!aborted) { process.waitFor(50, java.util.concurrent.TimeUnit.MILLISECONDS) }
            }
            if (aborted) { end(cookie, process) }
            process.waitFor()
            reader.join(1000)
        } finally {
            steps.turn.lock()
        }
        if (aborted) { throw new FlowInterruptedException() }
        return process.exitValue()
    }

    private static void end(String cookie, Process process) {
        bearers(cookie)*.destroy()
        if (!process.waitFor(PATIENCE, java.util.concurrent.TimeUnit.MILLISECONDS)) { bearers(cookie)*.destroyForcibly() }
    }

    private static List<ProcessHandle> bearers(String cookie) {
        byte[] wanted = "JENKINS_SERVER_COOKIE=${cookie}".bytes
        new File('/proc').listFiles().findAll { it.name.number }.findAll {
            try { new String(new File(it, 'environ').bytes, 'ISO-8859-1').tokenize('\0').contains(new String(wanted)) } catch (IOException gone) { false }
        }.collect { ProcessHandle.of(it.name as long).orElse(null) }.findAll { it != null }
    }
}
