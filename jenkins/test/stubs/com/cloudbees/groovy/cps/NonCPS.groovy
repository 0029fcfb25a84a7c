package com.cloudbees.groovy.cps

import java.lang.annotation.Retention
import java.lang.annotation.RetentionPolicy

/** Stands in for Jenkins' own, which marks what must run without a pause. */
@Retention(RetentionPolicy.RUNTIME)
@interface NonCPS {}
