"""Tables in Markdown of what was measured: medians of the rounds."""

import statistics

TASKS = {
    "create": "create",
    "get": "get",
    "list": "list, 2 fields",
    "list-all": "list, all fields",
    "pages": "10,000 rows",
    "at-once-64": "64 at once",
    "at-once-1000": "1,000 at once",
    "create-cold": "create, the first 500",
}
NAMES = {
    "lomi-async": "lomi, asyncio",
    "httpx-async": "httpx, asyncio",
    "documented": "lomi, generated classes",
    "lomi-1.1.0": "lomi 1.1.0",
    "pycurl": "pycurl + msgspec",
    "generated": "the generated client's way",
    "guzzle": "Guzzle",
    "symfony": "Symfony HttpClient",
    "hyper": "hyper-util",
    "reqwest-h2": "reqwest, HTTP/2",
    "net-http": "Net::HTTP + JSON",
    "lomi-suspend": "lomi, coroutines",
    "jdk": "JDK HttpClient + Jackson",
    "jdk-async": "JDK HttpClient + Jackson, futures",
    "none": "an empty program",
    "import": "lomi: `import`",
    "require": "lomi: `require`",
    "client": "lomi with a client",
    "async client": "lomi with an asyncio client",
    "extension": "lomi: the extension",
}
LANGUAGES = {
    "python": "Python",
    "node": "Node",
    "php": "PHP",
    "rust": "Rust",
    "ruby": "Ruby",
    "jvm": "Java and Kotlin",
}
#: Clients of ours, which are compared with the others and not with each other.
OWN = ("lomi", "lomi-async", "lomi-suspend", "documented")


def named(client):
    return NAMES.get(client, client)


def median(found, figure):
    """Over the rounds; None where there is none."""
    values = [one[figure] for one in found or () if one.get(figure) is not None]
    return statistics.median(values) if values else None


def ratio(ours, theirs, figure):
    """The median of the ratios of the rounds: both ran one after the other in each."""
    pairs = zip(ours or (), theirs or (), strict=False)
    values = [a[figure] / b[figure] for a, b in pairs if a.get(figure) and b.get(figure)]
    return statistics.median(values) if values else None


def spread(found, figure):
    """Half of the distance between the quartiles, as a part of the median."""
    values = [one[figure] for one in found if one.get(figure)]
    if len(values) < 3:
        return None
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return (high - low) / 2 / middle


def number(value):
    """With as many digits as mean something."""
    if value is None:
        return ""
    if value >= 20 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 2 else f"{value:.2f}"


def table(head, rows):
    """Markdown, without the columns and rows that have nothing."""
    rows = [row for row in rows if any(row[1:])]
    kept = [0, *(at for at in range(1, len(head)) if any(row[at] for row in rows))]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line[at] for at in kept) + " |" for line in lines)


def clients(rows):
    """In the order in which they were first measured, ours first."""
    found = dict.fromkeys(client for row in rows.values() for client in row)
    ours = [client for client in found if client.startswith("lomi") and client != "lomi-1.1.0"]
    return [*ours, *(c for c in found if c not in ours)]


#: What these clients are compared with.
OURS = {"aiohttp": "lomi-async", "httpx-async": "lomi-async"}


def calls(rows):
    """CPU per call; of the peers also our share of it."""
    lines = []
    for client in clients(rows):
        line = [named(client)]
        for task in TASKS:
            found = rows.get(task, {})
            mine = OURS.get(client, "lomi")
            share = ratio(found.get(mine), found.get(client), "cpu")
            value = number(median(found.get(client), "cpu"))
            line.append(value if client in OWN or share is None else f"{value} ({share:.2f})")
        lines.append(line)
    return table(["client", *TASKS.values()], lines)


def first(rows):
    """A process that makes one call: milliseconds of the processor, and until it has ended."""
    lines = []
    for client, found in rows.get("first", {}).items():
        values = [number(median(found, figure)) for figure in ("cpu", "wall")]
        lines.append([named(client), *values])
    return table(["a fresh process", "CPU, ms", "wall, ms"], lines)


def latencies(rows):
    """The middle call and the slowest of a hundred."""
    lines = []
    for client in clients(rows):
        line = [named(client)]
        for task in TASKS:
            found = rows.get(task, {}).get(client)
            parts = [number(median(found, figure)) for figure in ("p50", "p99")]
            line.append(" / ".join(parts) if all(parts) else "")
        lines.append(line)
    return table(["client", *TASKS.values()], lines)


def tls(rows):
    lines = []
    for language, name in LANGUAGES.items():
        full, again = rows.get(f"{language} full", {}), rows.get(f"{language} resumed", {})
        for client in full:
            share = median(again.get(client), "resumed")
            lines.append(
                [
                    name,
                    named(client),
                    number(median(full[client], "cpu")),
                    number(median(again.get(client), "cpu")),
                    "" if share is None else f"{share:.0%}",
                ]
            )
    return table(["", "client", "full handshake", "with tickets", "resumed"], lines)


#: A row of the results, and how it is called.
WAITS = {
    "php-fpm": "a worker of php-fpm",
    "gunicorn": "gunicorn, 32 threads",
    "express 1/s": "Express, 1 a second",
    "express 10/s": "Express, 10 a second",
    "express 100/s": "Express, 100 a second",
    "python process": "a process: python",
    "node process": "a process: node",
    "php process": "a process: php",
}


def waits(rows, ms):
    """The time to a created session."""
    lines = []
    for row, name in WAITS.items():
        for client, found in rows.get(f"{row}@{ms}", {}).items():
            warm = median(found, "warm") or median(found, "p50")
            figures = [median(found, "cold"), warm, median(found, "p99")]
            lines.append([name, named(client), *map(number, figures)])
    return table(["", "client", "cold", "warm", "p99"], lines)


def distances(rows, at):
    """Ours at every distance."""
    lines = []
    for row, name in WAITS.items():
        line = [name]
        for ms in at:
            found = rows.get(f"{row}@{ms}", {}).get("lomi")
            for figures in (("cold",), ("warm", "p50")):
                line.append(number(next(filter(None, (median(found, f) for f in figures)), None)))
        lines.append(line)
    head = [f"{kind}, {ms} ms" for ms in at for kind in ("cold", "warm")]
    return table(["", *head], lines)


def connections(rows, ms):
    lines = []
    for row in ("gunicorn", "express 100/s"):
        for client, found in rows.get(f"{row}@{ms}", {}).items():
            figures = [number(median(found, figure)) for figure in ("connections", "most")]
            lines.append([WAITS[row], named(client), *figures])
    return table(["", "client", "connections opened", "most calls at once"], lines)


def holds(rows):
    """Memory in MiB, and descriptors."""
    lines = []
    goals = ("0", "1", "1000", "10000")
    for language, name in LANGUAGES.items():
        for client, found in rows.get(language, {}).items():
            memory = [median(found, f"memory {goal}") for goal in goals]
            line = [name, named(client), *("" if m is None else f"{m / 2**20:.1f}" for m in memory)]
            opened = [median(found, f"open {goal}") for goal in goals]
            said = ", ".join("" if o is None else f"{o:.0f}" for o in opened)
            lines.append([*line, said])
    head = ["0 calls", "1", "1,000", "10,000", "descriptors at these"]
    return table(["", "client", *head], lines)


GROWTH = {
    "python rows": "Python, a walk through 100,000 rows",
    "node rows": "Node, a walk through 100,000 rows",
    "php rows": "PHP, a walk through 100,000 rows",
    "rust rows": "Rust, a walk through 100,000 rows",
    "node calls": "Node, the second half of 100,000 calls",
    "php-fpm calls": "a worker of php-fpm, 100,000 calls",
}


def growth(rows):
    lines = []
    for row, name in GROWTH.items():
        grown = median(rows.get(row, {}).get("lomi"), "grown")
        lines.append([name, "" if grown is None else f"{grown / 2**20:.1f}"])
    return table(["", "MiB more"], lines)


def starts(rows):
    lines = []
    for language, name in LANGUAGES.items():
        for client, found in rows.get(language, {}).items():
            lines.append([name, named(client), number(median(found, "ms"))])
    return table(["", "what is loaded", "ms of processor time"], lines)


def bursts(rows, ms):
    """Cold and warm, in milliseconds; CPU in microseconds."""
    lines = []
    names = {"1": "1 call", "64": "64 calls at once", "1, then 64": "1 call, then 64 at once"}
    for size, name in names.items():
        for client, found in rows.get(f"{size}@{ms}", {}).items():
            waits = [median(found, figure) for figure in ("cold", "warm")]
            line = [name, named(client), *(number(w and w / 1e3) for w in waits)]
            lines.append([*line, *(number(median(found, f)) for f in ("connections", "cpu"))])
    head = ["client", "cold, ms", "warm, ms", "connections", "CPU of the cold ones, µs"]
    return table(["", *head], lines)


def kept(rows):
    """CPU of a call over TLS on a connection that is kept."""
    lines = []
    for client in rows.get("get", {}):
        figures = [median(rows.get(task, {}).get(client), "cpu") for task in ("get", "at-once-64")]
        lines.append([named(client), *map(number, figures)])
    return table(["client", "one after the other", "64 at once"], lines)


def slower(results):
    """Where a peer takes less than ours: language, task, peer, ratio; the worst first."""
    found = []
    for language, name in LANGUAGES.items():
        for task, row in results.get(language, {}).get("rows", {}).items():
            for client in row:
                mine = OURS.get(client, "lomi")
                share = ratio(row.get(mine), row.get(client), "cpu")
                if task not in TASKS or client in OWN or share is None or share <= 1:
                    continue
                found.append((share, f"{name}, {TASKS[task]}: {share:.2f} of {named(client)}"))
    return [text for _, text in sorted(found, reverse=True)]


def bar_name(bar):
    """What a bar is about, for people."""
    if bar.peer:
        task = TASKS.get(bar.row, bar.row)
        return (
            f"{LANGUAGES.get(bar.part, bar.part)}, {task}: {named(bar.client)} of {named(bar.peer)}"
        )
    row, _, ms = bar.row.partition("@")
    place = f"{WAITS[row]}, {ms} ms away: " if row in WAITS else ""
    return f"{place}{bar.note}"


def bar_value(bar, value):
    """A ratio, or a figure with its unit."""
    if bar.peer:
        return (
            f"{value:.2f}"
            if abs(value - bar.at_most) > 0.01 or value == bar.at_most
            else f"{value:.3f}"
        )
    if bar.unit == "bytes":
        return f"{value / 1e6:.2f} MB"
    return f"{value:,.1f} {bar.unit}".strip()
