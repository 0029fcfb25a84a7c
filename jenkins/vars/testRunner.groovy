// The step `testRunner`: a test run at a vendor, waited for, published, its outputs as a map.
import groovy.transform.Field
import org.testrunner.Folders
import org.testrunner.Outcome
import org.testrunner.Outputs
import org.testrunner.Request

@Field final Folders folders = new Folders()

Map<String, Object> call(Map config = [:]) {
    Map<String, String> around = [vendor: env.TEST_RUNNER_VENDOR, mode: env.TEST_RUNNER_MODE,
        resultsDir: env.TEST_RUNNER_RESULTS_DIR, ci: env.TEST_RUNNER_CI]
    Request request = Request.of(config, around)
    if (request.problems) { error("testRunner:\n- ${request.problems.join('\n- ')}") }
    if (!isUnix()) { error('testRunner: this agent runs Windows. Run the step on an agent with Linux or macOS.') }
    String place = "${env.NODE_NAME}:${pwd()}"
    String folder = folders.take(place, request.folder)
    try {
        int status = started(request, folder)
        return concluded(request, folder, status)
    } finally {
        folders.release(place, folder)
    }
}

/** Runs the program with the inputs in its environment; the exit code. Secrets are never part of a text here. */
int started(Request request, String folder) {
    String script = libraryResource(request.script)
    List bindings = []
    for (credential in request.credentials) {
        bindings.add(string(credentialsId: credential.id, variable: credential.variable))
    }
    int status = -1
    withEnv(request.environment(folder)) {
        if (bindings) {
            withCredentials(bindings) { status = guarded(request, folder, script) }
        } else {
            status = guarded(request, folder, script)
        }
    }
    return status
}

/** Whatever ends the step, an abort above all, what it left at the vendor is ended too; the abort itself goes on. */
int guarded(Request request, String folder, String script) {
    int status = -1
    boolean ended = false
    try {
        status = sh(label: "test run: ${request.vendor}", script: script, returnStatus: true)
        ended = true
    } finally {
        if (request.mode != 'cleanup') { cleanUp(request, folder, script, ended) }
    }
    return status
}

void cleanUp(Request request, String folder, String script, boolean ended) {
    try {
        withEnv(['TESTRUN_SCRIPT_COMMAND=cleanup']) {
            sh(label: "clean up: ${request.vendor}", script: script, returnStatus: true)
        }
        if (!ended) { publish(request, folder) }
    } catch (Exception problem) {
        if (ended) { throw problem }
        echo("testRunner: the clean-up could not be done: ${problem.message}")  // and what ended the step is thrown
    }
}

/** Only where the program has written its outputs: a report that was there before is another's. */
void publish(Request request, String folder) {
    String file = "${folder}/junit.xml"
    if (request.junit && fileExists("${folder}/outputs.env") && fileExists(file)) {
        junit(testResults: file, allowEmptyResults: true, skipMarkingBuildUnstable: true)
    }
}

Map<String, Object> concluded(Request request, String folder, int status) {
    String file = "${folder}/outputs.env"
    String text = request.mode != 'cleanup' && fileExists(file) ? readFile(file: file, encoding: 'UTF-8') : ''
    Map<String, Object> outputs = Outputs.of(text, status)
    if (request.mode == 'cleanup') {
        outputs.conclusion = ''
    } else {
        publish(request, folder)
        if (status == 0 && !Outputs.isTold(text, status)) {
            error('testRunner: the program ended with 0 and left no outputs: is it the right image, or program?')
        }
    }
    if (status != 0) {
        String sentence = Outcome.sentence(request.vendor, status, outputs)
        if (request.onFailure == 'return') {
            echo("${sentence} (onFailure: 'return', the pipeline decides)")
        } else if (request.onFailure == 'unstable' && Outcome.VERDICTS.contains(status)) {
            unstable(sentence)
        } else {
            error(sentence)
        }
    }
    return outputs
}
