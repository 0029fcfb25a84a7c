package org.jenkinsci.plugins.workflow.steps

/** Stands in for Jenkins' own: what a step throws when the build is aborted. */
class FlowInterruptedException extends InterruptedException {
    FlowInterruptedException() { super('aborted') }
}
