package org.testrunner

import com.cloudbees.groovy.cps.NonCPS

/**
 * The folders that steps of this build are writing their results to: branches that run in parallel share workspaces.
 *
 * A place is the folder that a step works in, on its node: what it wants is meant from there.
 */
class Folders implements Serializable {
    private static final long serialVersionUID = 1L
    private final List<String> taken = []

    /** A folder of its own: the wanted one, or with a number behind it while another step of this place has that. */
    @NonCPS
    String take(String place, String wanted) {
        String folder = wanted
        for (int number = 2; taken.contains(path(place, folder)); number++) { folder = trimmed(wanted) + '-' + number }
        taken.add(path(place, folder))
        return folder
    }

    @NonCPS
    void release(String place, String folder) { taken.remove(path(place, folder)) }

    /** One text for one folder, whichever folder a step names it from, and however. */
    @NonCPS
    private static String path(String place, String folder) { trimmed((place + '/' + folder).replaceAll('/+', '/')) }

    @NonCPS
    private static String trimmed(String folder) { folder.replaceAll('/+$', '') }
}
