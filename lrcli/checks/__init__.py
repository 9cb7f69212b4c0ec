"""What should be looked at before a schedule is trained with: spec -> findings."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from os import PathLike, fspath

from lrcli.checks.rules import Rule, all_rules, rules_by_code, rules_by_level
from lrcli.checks.subject import Subject
from lrcli.errors import LrcliError, Problem, suggest
from lrcli.lock import recorded
from lrcli.reader import Declared, read_declared
from lrcli.series.align import group_names
from lrcli.spec import Spec

__all__ = ["Rule", "all_rules", "check", "check_declared", "known_code", "rules_by_code", "rules_by_level"]

_IGNORES = re.compile(r"(^|\s)#\s*lrcli:\s*ignore\s+([a-z0-9][a-z0-9, -]*?)\s*$")


def check(
    spec: Spec | str | PathLike[str], *, select: Collection[str] = (), ignore: Collection[str] = ()
) -> tuple[Problem, ...]:
    """What the rules find in a spec, in the order of its text.

    A spec that is given as a path (or as an inline mapping) has places, and may hold `# lrcli: ignore CODE` comments.
    select: only these codes; ignore: not these. Raises LrcliError for an unknown code, SpecError for a bad spec.

    >>> [problem.code for problem in check("{lr: 0.1, epochs: 90, schedule: {type: cosine, T_max: 30}}")]
    ['cosine-climbs']
    """
    for code in (*select, *ignore):
        known_code(code)
    if not isinstance(spec, Spec):
        return check_declared(read_declared(fspath(spec)), select=select, ignore=ignore)
    findings = _findings(Subject(spec), spec.name)
    return tuple(finding for finding in findings if _is_wanted(finding, select, ignore))


def check_declared(
    declared: Declared, *, select: Collection[str] = (), ignore: Collection[str] = ()
) -> tuple[Problem, ...]:
    """What the rules find in a spec whose text is known. Where there is a lock file, its curve must be that one."""
    source = declared.source
    findings = _findings(Subject(declared.spec, declared.root, recorded(declared)), source.name)
    if declared.origin is not None:
        findings = _with_remarks(findings, declared.origin.remarks)
    silenced = _ignored(source.lines) if source.placed else {}
    return tuple(
        finding
        for finding in findings
        if _is_wanted(finding, select, ignore) and not (finding.line and finding.code in silenced.get(finding.line, ()))
    )


def _with_remarks(findings: list[Problem], remarks: Collection[Problem]) -> list[Problem]:
    """The findings, and what a training config says of itself; what both say is said once."""
    known = {"release", *((finding.code, finding.line) for finding in findings)}
    more = [remark for remark in remarks if not known & {remark.code, (remark.code, remark.line)}]
    return sorted([*findings, *more], key=lambda finding: finding.order)


def known_code(code: str) -> str:
    """The code, if there is a rule of it; LrcliError with a suggestion if there is none."""
    codes = rules_by_code()
    if code in codes:
        return code
    from lrcli.configs.base import REMARKS

    known = (*codes, *sorted(set(REMARKS).difference(codes, ["release"])))
    if code in known:
        return code
    raise LrcliError(f"there is no rule {code!r}: {suggest(code, known, 'the codes are ' + ', '.join(known))}")


def _is_wanted(finding: Problem, select: Collection[str], ignore: Collection[str]) -> bool:
    return (not select or finding.code in select) and finding.code not in ignore


def _findings(subject: Subject, file: str) -> list[Problem]:
    """Everything that is found, without what another finding says better."""
    problems = [(its_rule, problem) for its_rule in all_rules() for problem in _merged(its_rule, subject)]
    keys: defaultdict[str, set[str]] = defaultdict(set)
    for its_rule, problem in problems:
        keys[its_rule.code].add(problem.key)
    kept = (
        replace(problem, code=its_rule.code, level=its_rule.level, why=its_rule.why, file=problem.file or file)
        for its_rule, problem in problems
        if not any(its_rule.of_curve or problem.key in keys[better] for better in its_rule.unless if better in keys)
    )
    return sorted(kept, key=lambda problem: problem.order)


def _merged(rule: Rule, subject: Subject) -> Iterator[Problem]:
    """What a rule finds. What it says of several groups is said once, with their names unless it is of all."""
    groups: dict[Problem, list[int]] = {}
    for problem in rule.find(subject):
        about = groups.setdefault(replace(problem, group=None), [])
        if problem.group is not None and problem.group not in about:
            about.append(problem.group)
    names = group_names(subject.spec.groups)
    for problem, about in groups.items():
        if about and len(about) < len(names):
            which = ", ".join(f"{names[i]}" for i in about)
            yield replace(problem, message=f"{problem.message} (group{'s' * (len(about) > 1)} {which})")
        else:
            yield problem


def _ignored(lines: Sequence[str]) -> dict[int, frozenset[str]]:
    """The codes that are silenced, by the number of the line (from 1).

    >>> sorted(_ignored(["# lrcli: ignore lr-jump, gamma-zero", "gamma: 0"])[2])
    ['gamma-zero', 'lr-jump']
    """
    silenced: dict[int, frozenset[str]] = {}
    above: frozenset[str] = frozenset()
    for number, line in enumerate(lines, 1):
        match = _IGNORES.search(line)
        codes = frozenset(re.split(r"[\s,]+", match[2])) - {""} if match else frozenset()
        if line.lstrip().startswith("#"):
            above |= codes  # several comments may stand above one line
            continue
        if codes or above:
            silenced[number] = codes | above
        above = frozenset()
    return silenced
