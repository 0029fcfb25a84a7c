"""Bamboo: files and an exit code. Its variables keep their lower case.

Wire: https://confluence.atlassian.com/bamboo/bamboo-variables-289277087.html
"""

from core.ci import Surroundings
from core.ci.told import Told

VARIABLES = {
    "commit": "{bamboo_planRepository_revision} {bamboo_planRepository_1_revision}",
    "branch": "{bamboo_planRepository_branchName} {bamboo_planRepository_1_branchName}",
    "url": "{bamboo_resultsUrl} {bamboo_buildResultsUrl}",
    "project": "{bamboo_planKey}",
    "job": "{bamboo_shortJobName}",
    "number": "{bamboo_buildNumber}",
}


def make(surroundings: Surroundings) -> Told:
    return Told(surroundings, name="bamboo", variables=VARIABLES)
