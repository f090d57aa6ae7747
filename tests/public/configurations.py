"""Configuration by chance, from the types of the programs: most fields valid, some misspelt, of another type or of another form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

    from semantic_router_observability.native.fields import Types

TEXTS = ("a", "b-c", "5", "", "{{ .x }}", "ü", "true", 5, 1.5, True, None)
FORMS: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "bool": ((True, False), ("true", "yes", 0, "on", [])),
    "int": ((1, 5, 1000), ("5", 1.5, -1, 0, True, 2**63, {})),
    "uint": ((0, 1, 5), ("5", 1.5, -1, True, 2**64)),
    "float": ((1.5, 2, 0.1), ("x", True)),
    "string": (("a", "b-c", "x.y"), (5, 1.5, True, None, ["a"], {"a": "b"})),
    "@common/model.Duration": (("30s", "5m", "1h", "0s", "90s"), (5, "5", 0, "soon", "1.5h", "5m30s", "30s5m", "", True)),
    "@time.Duration": (("30s", "1m30s", "1.5h", "500ms"), (5, "5", 0, "soon", "1d", "-5s", "", True)),
    "@alertmanager/config.duration": (("30s", "1m30s"), ("1.5h", "500ms", 5, "5", 0, "soon", "1d", "", True)),
    "@alecthomas/units.Base2Bytes": (("10MB", "1GiB", "512KB"), (5, "5", 0, "0", "10", "10mb", "1.5GB", "1GB512MB", "10M", "5B", "", True)),
    "@common/config.URL": (("http://a.example.com:9090/x", "https://x"), ("a", "http://a:b", "http://a b", "://x", "http://%zz", 5, "", "http://[::1]:9", ":x", "a:b:c")),
    "@alertmanager/config/common.URL": (("http://a.example.com:9090/x", "https://x"), ("a", "http://a:b", "ftp://x", "http://", "", 5, "http://a b", "//x")),
    "@alertmanager/config/common.SecretURL": (("http://a.example.com:9090/x", "https://x"), ("a", "http://a:b", "ftp://x", "http://", 5)),
    "@alertmanager/config/common.SecretTemplateURL": (("http://a.example.com/x", "https://x"), ("a", "{{ .x }}", "http://{{ .x }}", "{{", 5)),
    "@alertmanager/config.HostPort": (("mail.example.com:587", "[::1]:25"), ("mail", ":587", "a:b", "a:1:2", "", 5)),
    "@prometheus/model/relabel.Regexp": (("a|b", "(.+)", "5.."), ("(?x)a", "a)(b", "[a--b]", "(a", 5, True, "")),
    "@prometheus/model/relabel.Action": (("replace", "keep", "drop", "labelmap"), ("Keep", "hashmod", "labeldrop", "labelkeep", "lowercase", "keepequal", "dropequal", "no", "", 5)),
    "@common/config.TLSVersion": (("TLS12", "TLS13"), ("tls12", "TLS14", "1.2", "")),
    "@common/model.ValidationScheme": (("legacy", "utf8"), ("", "ascii")),
    "@prometheus/config.ScrapeProtocol": (("PrometheusProto", "OpenMetricsText1.0.0"), ("proto", "PrometheusText0.0.4")),
    "@client_golang/exp/api/remote.WriteMessageType": (("prometheus.WriteRequest",), ("io.prometheus.write.v2.Request", "2.0")),
    "@prometheus/discovery/kubernetes.Role": (("pod", "service", "node"), ("pods", "Endpoints", "")),
}  # fmt: skip


def value(random: Random, types: Types, kind: str, depth: int, odd: float) -> Any:
    """Return a value for a type."""
    if kind.startswith("#"):
        return fields(random, types, kind[1:], depth, odd)
    if kind.startswith("[]"):
        items = [value(random, types, kind[2:], depth, odd) for _ in range(random.choice((1, 1, 2)))]
        return items if random.random() >= odd else random.choice(("a", {"a": "b"}, items[0]))
    if kind.startswith("{}"):
        found = {random.choice(("a", "b-c", "d")): value(random, types, kind[2:], depth, odd) for _ in range(random.choice((1, 2)))}
        return found if random.random() >= odd else random.choice(("a", ["a"]))
    if kind == "any":
        return random.choice(TEXTS)
    form = {"int64": "int", "uint64": "uint", "float64": "float"}.get(kind, kind)
    if form not in FORMS:
        form = "string"
    usual, unusual = FORMS[form]
    return random.choice(usual if random.random() >= odd else unusual)


def fields(random: Random, types: Types, kind: str, depth: int, odd: float, skip: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a mapping with some of a type's fields."""
    known = types.types[kind]
    names = [
        name for name, inner in known.items() if (depth > 0 or not inner.strip("[]{}").startswith("#")) and name not in skip and name != "*"
    ]
    chosen = random.sample(names, min(len(names), random.choice((1, 2, 2, 3))))
    found = {name: value(random, types, known[name], depth - 1, odd) for name in chosen}
    if "*" in known:
        found["X-A"] = value(random, types, known["*"], depth - 1, odd)
    if found and random.random() < odd:
        name = random.choice(list(found))
        found[random.choice((f"{name}s", name[:-1] or "x", name.upper(), f"{name}_x"))] = found.pop(name)
    return found
