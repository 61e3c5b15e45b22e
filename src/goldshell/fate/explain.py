"""The published numbers on fate, explained: what one model can say about all of them, and what they cannot say.

Three questions, each answered from rows of the literature tables (`goldshell.fate.questions`):

    sizes      Au10-11, Au15, Au18, Au25 and larger GS-covered gold: is the low edge of filtration a sieve or a trap?
    zhang2026  p-ATP and MP shells on Au25: does the shell change filtration, uptake by liver and spleen, or both?
    table1     seven gold particles of Table 1 of Sang et al.: do urine, liver and spleen of a row go together?

Numbers enter with their relation (= < > ~); statements without numbers as orders between groups. A group of mechanisms
that all meet what is known is reported as such: "underdetermined" is a result.
"""

from __future__ import annotations

from collections.abc import Callable

from goldshell.errors import UnknownNameError
from goldshell.fate.explanation import FateExplanation
from goldshell.fate.questions.sizes import explain_sizes
from goldshell.fate.questions.table1 import explain_table1
from goldshell.fate.questions.zhang2026 import explain_zhang2026

QUESTIONS: dict[str, Callable[[float, int, int], FateExplanation]] = {
    "sizes": explain_sizes,
    "zhang2026": explain_zhang2026,
    "table1": explain_table1,
}


def explain(question: str, *, level: float = 0.95, seed: int = 0, steps: int = 200) -> FateExplanation:
    """Answer one question.

    Parameters
    ----------
    question : "sizes", "zhang2026" or "table1"
    level : of the intervals
    seed : of the random numbers
    steps : of the posterior sampler, for the intervals of predictions

    Returns
    -------
    FateExplanation

    Raises
    ------
    UnknownNameError : no such question
    """
    if question not in QUESTIONS:
        raise UnknownNameError("question", question, QUESTIONS)
    return QUESTIONS[question](level, seed, steps)
