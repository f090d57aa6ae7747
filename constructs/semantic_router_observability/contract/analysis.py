"""Reading a query from the inside out: what each part is, and what is wrong with it.

Nothing is refused that might be right: where the contract does not know a metric, every question about it is left open.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, Literal

import promql_parser as promql

from semantic_router_observability.contract import selectors
from semantic_router_observability.contract.grafana_variables import NAME
from semantic_router_observability.contract.presence import ALWAYS, Presence, both, missing
from semantic_router_observability.contract.problem import Problem
from semantic_router_observability.contract.value import Ceiling, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from semantic_router_observability.contract.metric import Metric, Sample

COUNTER_FUNCTIONS: Final = frozenset({"rate", "irate", "increase"})
GAUGE_FUNCTIONS: Final = frozenset({"delta", "idelta", "deriv", "predict_linear", "holt_winters", "double_exponential_smoothing"})
OF_EXISTENCE: Final = frozenset(
    {"changes", "resets", "count_over_time", "present_over_time", "timestamp", "absent", "absent_over_time", "ts_of_last_over_time"}
)
"""Functions to which a running total is as good as any number."""

KEEPING: Final = frozenset({"avg_over_time", "min_over_time", "max_over_time", "quantile_over_time", "last_over_time", "first_over_time"})
"""Functions over time whose result lies among the samples."""

SHAPING: Final = frozenset({"abs", "ceil", "floor", "round", "clamp", "clamp_min", "clamp_max"})
ORDERING: Final = frozenset({"sort", "sort_desc", "sort_by_label", "sort_by_label_desc"})

PICKING: Final = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})
"""Aggregations that keep whole series."""

WITHIN: Final = frozenset({"avg", "min", "max", "quantile", *PICKING})
"""Aggregations whose result lies among the values."""

COUNTING: Final = frozenset({"count", "group", "count_values"})
COMPARISONS: Final = frozenset({">", ">=", "<", "<=", "==", "!="})
ARITHMETIC: Final[Mapping[str, Callable[[float, float], float]]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}
MIRRORED: Final = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!="}

Silence = Literal["low", "high"]

PREFIXES: Final = ("llm_", "vsr_", "sr_", "batch_classification_", "rag_", "image_gen_")
"""How the router's names start. Those of other programs do too, such as llm-d's: an unknown name is a mistake when it nearly is one of the
router's."""


@dataclass(frozen=True)
class Around:
    """What surrounds a part of a query."""

    silent: Silence | None = None
    """An empty answer is as good as a small ("low") or a large ("high") number here: `x > 5` is silent for both."""

    fallback: Presence = frozenset()
    """When the other side of an `or` answers instead."""


PLAIN: Final = Around()
WEIGHT: Final = Around(silent="low")


class Analysis:
    """One query."""

    def __init__(
        self, known: Mapping[str, Sample], records: Mapping[str, Value], labels: frozenset[str], own: frozenset[str], *, strict: bool
    ) -> None:
        """Take what is known: samples, recorded series, labels that scraping adds; `own` are the families that are held to it."""
        self.problems: dict[Problem, None] = {}
        self._known, self._records, self._labels, self._own, self._strict = known, records, labels, own, strict

    def whole(self, node: Any) -> Value:
        """Read a complete query."""
        value = self._value(node, PLAIN)
        if value.counter is not None and value.counter.name in self._own:  # elsewhere a total may be what is wanted: restarts of a pod
            self._say(f"{value.counter.name} counts since the process started; take rate or increase of it", [value.counter])
        return value

    # --- the kinds of node

    def _value(self, node: Any, around: Around) -> Value:  # noqa: C901, PLR0911 - a case for each kind of node
        match node:
            case promql.NumberLiteral():
                return Value(vector=False, number=node.val)
            case promql.StringLiteral():
                return Value(vector=False, text=node.val)
            case promql.ParenExpr():
                return self._value(node.expr, around)
            case promql.UnaryExpr():
                inner = self._value(node.expr, PLAIN)
                return replace(inner, number=None if inner.number is None else -inner.number, ceiling=None)
            case promql.SubqueryExpr():
                return self._value(node.expr, PLAIN)
            case promql.MatrixSelector():
                return self._selector(node.vector_selector)
            case promql.VectorSelector():
                return self._selector(node)
            case promql.Call():
                return self._call(node.func.name, node.args, around)
            case promql.AggregateExpr():
                return self._aggregate(node, around)
            case promql.BinaryExpr():
                return self._binary(node, str(node.op), around)
            case _:
                return Value()

    def _selector(self, node: Any) -> Value:
        matchers = selectors.matchers_of(node)
        values = [self._series(name, matchers) for name in selectors.names_of(node, matchers)]
        if not values:
            return Value()
        value = values[0]
        for other in values[1:]:
            value = value.join(other)
        return value

    def _series(self, name: str, matchers: list[selectors.Matcher]) -> Value:
        if name in self._records:
            value = self._records[name]
            for matcher in matchers:
                if value.labels is not None and matcher.name not in value.labels | self._labels | {"__name__"}:
                    self._say(selectors.unknown_label(matcher.name, name, value.labels), value.metrics)
            return value
        sample = self._known.get(name)
        if sample is None:
            self._unknown(name)
            return Value()
        metric = sample.metric
        labels = None if metric.open_labels else frozenset(metric.labels) | self._labels | ({sample.label} if sample.label else set())
        for text in selectors.check(name, sample, matchers, labels):
            self._say(text, [metric])
        for text in selectors.unwritten_values(metric, matchers):
            self.problems[Problem(text, router=False)] = None
        return Value(
            labels=labels,
            presence=selectors.presence(metric, matchers),
            metrics=(metric,),
            counter=metric if sample.counter else None,
            gauge=None if sample.counter else metric,
            buckets=metric if sample.bucket else None,
        )

    def _unknown(self, name: str) -> None:
        if ":" in name and not name.startswith("vllm:"):  # recorded by rules that may well live elsewhere
            return
        ours = name.startswith(PREFIXES) and bool(get_close_matches(name, self._known, n=1, cutoff=0.85))
        if ours or self._strict:
            families = {sample.metric.name for sample in self._known.values()}
            text = selectors.unknown_metric(name, [*self._known, *self._records], families)
            self.problems[Problem(text, router=ours)] = None

    def _call(self, function: str, arguments: Any, around: Around) -> Value:  # noqa: C901, PLR0911 - a case for each kind of function
        values = [self._value(argument, around if function in SHAPING | ORDERING else PLAIN) for argument in arguments]
        subject = next((value for value in values if value.vector), None)
        if function == "vector":
            return Value(labels=frozenset())
        if subject is None or function in ("scalar", "time", "pi"):
            return Value(vector=False)
        if function in COUNTER_FUNCTIONS:
            if subject.gauge is not None:
                self._say(f"{function} of {subject.gauge.name}, a gauge: take it as it is, or delta or deriv of it", [subject.gauge])
            return replace(subject, counter=None, gauge=None)
        if function in GAUGE_FUNCTIONS:
            if subject.counter is not None:
                self._say(
                    f"{function} of {subject.counter.name}, a counter, breaks at every restart; take rate or increase", [subject.counter]
                )
            return subject.computed()
        if function == "histogram_quantile":
            return self._quantile(subject)
        if function in ("label_replace", "label_join"):
            return self._relabel(function, subject, [value.text for value in values[1:]])
        if function in OF_EXISTENCE:
            quiet = replace(subject.computed(), presence=ALWAYS) if function.startswith("absent") else subject.computed()
            return replace(quiet, labels=None) if function.startswith("absent") else quiet
        if function in KEEPING | SHAPING | ORDERING:
            return replace(subject, gauge=None)
        return replace(subject.computed(), counter=subject.counter)

    def _quantile(self, subject: Value) -> Value:
        if subject.buckets is None:
            if subject.metrics:
                names = " and ".join(metric.name for metric in subject.metrics)
                self._say(f"histogram_quantile needs the _bucket series of a histogram; this is made of {names}", subject.metrics)
            return subject.computed()
        metric = subject.buckets
        if subject.labels is not None and "le" not in subject.labels:
            self._say(f"the grouping drops le, without which histogram_quantile of {metric.name} is empty; add le to it", [metric])
        ceiling = Ceiling(metric.name, metric.buckets[-1]) if metric.buckets else None
        labels = None if subject.labels is None else subject.labels - {"le"}
        return replace(subject, labels=labels, gauge=None, buckets=None, ceiling=ceiling)

    def _relabel(self, function: str, subject: Value, texts: list[str | None]) -> Value:
        sources = texts[2:3] if function == "label_replace" else texts[2:]
        for label in sources:
            if label:
                self._expect_label(label, subject, function)
        return replace(subject, labels=None if subject.labels is None else subject.labels | {texts[0] or ""})

    def _aggregate(self, node: Any, around: Around) -> Value:
        op = str(node.op)
        subject = self._value(node.expr, around if op not in COUNTING else PLAIN)
        if node.param is not None:
            self._value(node.param, PLAIN)
        by, labels = _grouping(node.modifier)
        for label in labels:
            self._expect_label(label, subject, f"{op} {'by' if by else 'without'}")
        if op not in PICKING:
            retained = frozenset(labels) if by else None if subject.labels is None else subject.labels - set(labels)
            extra = {node.param.val} if op == "count_values" and isinstance(node.param, promql.StringLiteral) else set()
            subject = replace(subject, labels=retained if retained is None else retained | extra)
        if op in COUNTING:
            return subject.computed()
        return replace(subject, gauge=None, ceiling=subject.ceiling if op in WITHIN else None)

    # --- operators

    def _binary(self, node: Any, op: str, around: Around) -> Value:
        if op == "or":
            right = self._value(node.rhs, around)
            left = self._value(node.lhs, replace(around, fallback=right.presence))
            self._expect_matching(node.modifier, left, right, op)
            return left.join(right)
        if op in ("and", "unless"):
            left, right = self._value(node.lhs, around), self._value(node.rhs, PLAIN)
            self._expect_matching(node.modifier, left, right, op)
            return left if op == "unless" else replace(left, presence=both(left.presence, right.presence))
        if op in COMPARISONS:
            return self._compare(node, op, around)
        inside = _through_arithmetic(node, op, around)
        left, right = self._value(node.lhs, inside[0]), self._value(node.rhs, inside[1])
        if not left.vector and not right.vector:
            combine = ARITHMETIC.get(op)
            known = combine is not None and left.number is not None and right.number is not None
            return Value(vector=False, number=combine(left.number, right.number) if known else None)  # type: ignore[misc, arg-type]
        if not left.vector or not right.vector:
            return _with_number(left, right, op)
        self._expect_matching(node.modifier, left, right, op)
        self._expect_both(left, right, op, around)
        joined = left.meet(right)
        return replace(joined, labels=_matched(node.modifier, left, right), gauge=None, ceiling=None, counter=left.counter or right.counter)

    def _compare(self, node: Any, op: str, around: Around) -> Value:
        bound_left, bound_right = _literal(node.lhs), _literal(node.rhs)
        left = self._value(node.lhs, replace(around, silent=_silence(op, bound_right)) if bound_right is not None else around)
        right = self._value(node.rhs, replace(PLAIN, silent=_silence(MIRRORED[op], bound_left)) if bound_left is not None else PLAIN)
        self._expect_reachable(left, op, right.number)
        self._expect_reachable(right, MIRRORED[op], left.number)
        if left.vector and right.vector:
            self._expect_matching(node.modifier, left, right, op)
            left = left.meet(right)
        elif right.vector:
            left = right
        return left.computed() if node.modifier is not None and node.modifier.return_bool else left

    def _expect_reachable(self, value: Value, op: str, bound: float | None) -> None:
        if value.ceiling is None or bound is None or bound < value.ceiling.number:
            return
        always = "is always true" if op in ("<", "<=", "!=") else "can never be true"
        self._say(
            f"{op} {bound:g} {always}: no quantile of {value.ceiling.metric} goes beyond its largest finite bucket "
            f"({value.ceiling.number:g} in the unit compared); compare the share of observations above a bucket bound",
            value.metrics,
        )

    def _expect_both(self, left: Value, right: Value, op: str, around: Around) -> None:
        """A side that never happened must not empty the answer."""
        if op in ("+", "-"):
            lacking = [right] if missing(right.presence, left.presence) is not None else []
            if op == "+" and missing(left.presence, right.presence) is not None:  # less something, what is missing is nothing to speak of
                lacking.append(left)
            if lacking:
                events = " and ".join(dict.fromkeys(_events(side) for side in reversed(lacking)))
                self._say(
                    f"empty until {events} happened, whatever the other side says; "
                    f"write 0 for the side that is missing: (a or b * 0) {op} (b or a * 0)",
                    [metric for side in lacking for metric in side.metrics],
                )
        elif op == "/" and around.silent != "low":
            happened = missing(left.presence, right.presence)
            if happened is not None and not any(answer <= happened for answer in around.fallback):
                self._say(
                    f"empty, not 0, until {_events(left)} has happened; give the ratio or its upper side a zero: (a or b * 0) / b",
                    left.metrics,
                )

    def _expect_matching(self, modifier: Any, left: Value, right: Value, op: str) -> None:
        if modifier is None or left.labels is None or right.labels is None:
            return
        both_sides = replace(left, labels=left.labels | right.labels, metrics=(*left.metrics, *right.metrics))
        if modifier.matching is not None:
            include = modifier.matching.type == promql.LabelModifierType.Include
            for label in modifier.matching.labels:
                self._expect_label(label, both_sides, f"{op} {'on' if include else 'ignoring'}")
        one_side = left if modifier.card == promql.VectorMatchCardinality.OneToMany else right
        for label in modifier.group_labels or ():
            self._expect_label(label, replace(one_side, metrics=both_sides.metrics), f"{op} group")

    def _expect_label(self, label: str, value: Value, where: str) -> None:
        if value.labels is not None and label not in value.labels | {"__name__", NAME}:
            names = " and ".join(metric.name for metric in value.metrics) or "this"
            text = selectors.unknown_label(label, names, value.labels)
            self._say(f"{where} ({label}): {text}", value.metrics)

    def _say(self, text: str, metrics: Iterable[Metric]) -> None:
        self.problems[Problem(text, router=any(metric.name in self._own for metric in metrics))] = None


def _grouping(modifier: Any) -> tuple[bool, list[str]]:
    if modifier is None:
        return True, []
    return modifier.type == promql.AggModifierType.By, list(modifier.labels)


def _literal(node: Any) -> float | None:
    match node:
        case promql.NumberLiteral():
            return float(node.val)
        case promql.ParenExpr():
            return _literal(node.expr)
        case promql.UnaryExpr():
            inner = _literal(node.expr)
            return None if inner is None else -inner
        case _:
            return None


def _silence(op: str, bound: float) -> Silence | None:
    """What an empty left side of a comparison is as good as."""
    if op in ("<", "<="):
        return "high"
    return "low" if (op == ">" and bound >= 0) or (op == ">=" and bound > 0) else None


def _through_arithmetic(node: Any, op: str, around: Around) -> tuple[Around, Around]:
    """What surrounds the two sides: a number on one side hardly changes it for the other, another vector does."""
    if _literal(node.rhs) is not None:
        return around, PLAIN
    if _literal(node.lhs) is not None:
        if op == "-":
            flipped: dict[Silence, Silence] = {"low": "high", "high": "low"}
            return PLAIN, replace(around, silent=None if around.silent is None else flipped[around.silent])
        return PLAIN, around if op in ("+", "*") else PLAIN
    if op == "*":  # a factor that is missing takes its term away, as 0 would
        return WEIGHT, WEIGHT
    return (around if op == "/" else PLAIN), PLAIN


def _with_number(left: Value, right: Value, op: str) -> Value:
    """Arithmetic of a vector and a number: the ceiling moves along; times 0 nothing is left but the labels."""
    vector, number = (left, right.number) if left.vector else (right, left.number)
    if op == "*" and number == 0:
        return vector.computed()
    moved = None
    combine = ARITHMETIC.get(op, operator.truediv if op == "/" and left.vector and number else None)
    if vector.ceiling is not None and number is not None and combine is not None and not (op == "-" and not left.vector) and number >= 0:
        moved = vector.ceiling._replace(number=combine(vector.ceiling.number, number))
    return replace(vector, gauge=None, ceiling=moved)


def _matched(modifier: Any, left: Value, right: Value) -> frozenset[str] | None:
    """Labels of the result of arithmetic between two vectors."""
    many, single = (right, left) if modifier is not None and modifier.card == promql.VectorMatchCardinality.OneToMany else (left, right)
    if many.labels is None or modifier is None or modifier.matching is None:
        return many.labels
    named = frozenset(modifier.matching.labels)
    if modifier.card != promql.VectorMatchCardinality.OneToOne:
        return many.labels | frozenset(modifier.group_labels or ()) if single.labels is not None else None
    return named & many.labels if modifier.matching.type == promql.LabelModifierType.Include else many.labels - named


def _events(value: Value) -> str:
    return " and ".join(sorted(str(event) for event in min(value.presence, key=len)))
