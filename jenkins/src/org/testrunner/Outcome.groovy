package org.testrunner

import com.cloudbees.groovy.cps.NonCPS

/** What an exit code means for a build. */
class Outcome implements Serializable {
    private static final long serialVersionUID = 1L
    /** A known verdict that is not green: what `onFailure: 'unstable'` is for. */
    static final List<Integer> VERDICTS = [1, 4, 5]
    private static final Map<Integer, String> MEANINGS = [
        1: 'tests failed',
        2: 'bad input',
        3: 'nothing was started: it is safe to repeat the step',
        4: 'timed out waiting for the run',
        5: 'no test ran',
        6: 'a report could not be written',
        7: 'the result is not known, and a run may exist: look at the vendor before repeating it',
        70: 'a bug in the program',
        125: 'the container could not be started',
        126: 'the program could not be started',
        127: 'the program could not be found',
        130: 'interrupted',
        137: 'killed',
        143: 'terminated',
    ]

    /** One line for a person. */
    @NonCPS
    static String sentence(String vendor, int status, Map<String, Object> outputs) {
        String text = "testRunner: ${MEANINGS.get(status) ?: 'ended'} (${vendor}, exit code ${status}".toString()
        if (outputs.get('reason')) { text += ", ${outputs.get('reason')}".toString() }
        text += ')'
        if (outputs.get('failed') || outputs.get('errored')) {
            int bad = (outputs.get('failed') ?: 0) + (outputs.get('errored') ?: 0)
            text += ": ${bad} of ${outputs.get('tests')} cases did not pass".toString()
        }
        return text + '.' + (outputs.get('runUrl') ? " ${outputs.get('runUrl')}".toString() : '')
    }
}
