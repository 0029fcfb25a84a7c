package org.testrunner

import com.cloudbees.groovy.cps.NonCPS

/** The folders that steps of this build are writing their results to: branches that run in parallel share workspaces. */
class Folders implements Serializable {
    private static final long serialVersionUID = 1L
    private final List<String> taken = []

    /** A folder of its own: the wanted one, or with a number behind it while another step of this place has that. */
    @NonCPS
    String take(String place, String wanted) {
        String folder = wanted
        for (int number = 2; taken.contains(place + ':' + folder); number++) { folder = wanted + '-' + number }
        taken.add(place + ':' + folder)
        return folder
    }

    @NonCPS
    void release(String place, String folder) { taken.remove(place + ':' + folder) }
}
