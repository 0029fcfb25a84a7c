package org.testrunner

import com.cloudbees.groovy.cps.NonCPS

/** The outputs of a step as a map, from the `TESTRUN_NAME=value` lines of outputs.env. */
class Outputs implements Serializable {
    private static final long serialVersionUID = 1L

    /**
     * All outputs by their names in camelCase: whole numbers as such (null where there is none), the rest as text.
     *
     * What the file says holds only where it tells of the same end as the process: one that was killed has left the
     * file of an earlier moment. Without a file, 3 is the scripts' own: the program could not be had.
     */
    @NonCPS
    static Map<String, Object> of(String file, int status) {
        Map<String, String> found = [:]
        for (String line : file.split('\n')) {
            int equals = line.indexOf('=')
            if (equals > 0) { found.put(line.substring(0, equals), line.substring(equals + 1)) }
        }
        Map<String, Object> outputs = [:]
        for (String variable : Names.OUTPUTS.keySet()) {
            String name = Names.OUTPUTS.get(variable)
            String text = found.get(variable) ?: ''
            outputs.put(name, Names.NUMBERS.contains(name) ? number(text) : text)
        }
        if (outputs.get('exitCode') != status) {
            outputs.put('conclusion', 'error')
            outputs.put('reason', status == 3 && file == '' ? 'unavailable' : '')
        }
        outputs.put('exitCode', status)
        return outputs
    }

    /** Whether the program itself has told how it ended. */
    @NonCPS
    static boolean isTold(String file, int status) { ('\n' + file).contains('\nTESTRUN_EXIT_CODE=' + status + '\n') }

    @NonCPS
    private static Integer number(String text) { text.matches('-?[0-9]{1,9}') ? Integer.parseInt(text) : null }
}
