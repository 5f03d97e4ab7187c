"""The plots, as SVG. Ours is in colour; the rest is grey."""

import statistics

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

from . import tables  # noqa: E402

OURS, PEER, COLD = "#00796b", "#b0bec5", "#ffb74d"
#: A bar is cut at so many times the middle one.
CUT = 3
INK, LINES = "#263238", "#e3e8ea"
plt.rcParams.update(
    {
        "svg.hashsalt": "lomi",  # the same figures give the same file
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.sans-serif": ["Helvetica", "Arial", "DejaVu Sans"],
        "font.size": 9,
        "axes.edgecolor": LINES,
        "axes.labelcolor": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "axes.titlesize": 10,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "ytick.major.size": 0,
        "figure.facecolor": "white",
    }
)


def save(figure, path):
    figure.savefig(path, metadata={"Date": None}, bbox_inches="tight", pad_inches=0.15)
    plt.close(figure)


def is_ours(client):
    return client.startswith("lomi") and client != "lomi-1.1.0" or client == "documented"


def write(axes, x, y, text):
    """Beside the end of a bar."""
    beside = {"xytext": (4, 0), "textcoords": "offset points"}
    axes.annotate(text, (x, y), va="center", **beside)


def bars(axes, found, figure, title):
    """One bar for each client, shortest on top, with a line over the middle half of its rounds."""
    values = {client: tables.median(of, figure) for client, of in found.items()}
    values = {client: value for client, value in values.items() if value is not None}
    order = sorted(values, key=values.get, reverse=True)
    # One client that takes many times as long must not make all others look the same.
    most = min(max(values.values()), CUT * statistics.median(values.values()))
    for at, client in enumerate(order):
        taken = sorted(one[figure] for one in found[client])
        color = OURS if is_ours(client) else PEER
        end = min(values[client], most)
        axes.barh(at, end, color=color, height=0.68)
        if values[client] > most:
            axes.text(0.93 * most, at, "//", color="white", va="center", ha="center", weight="bold")
        elif len(taken) >= 3:
            low, high = taken[len(taken) // 4], taken[-1 - len(taken) // 4]
            axes.plot([low, high], [at, at], color=INK, linewidth=1)
            end = max(end, high)
        write(axes, end, at, tables.number(values[client]))
    axes.set_yticks(range(len(order)), [tables.named(client) for client in order])
    for label, client in zip(axes.get_yticklabels(), order, strict=True):
        label.set_fontweight("bold" if is_ours(client) else "normal")
    axes.set_title(title)
    axes.set_xlim(0, 1.18 * most)
    axes.xaxis.grid(True, color=LINES)
    axes.set_axisbelow(True)


#: A column of the plot of calls, for each language.
COLUMNS = ("create", "list", "at-once-64")


def calls(results, path):
    """Processor time per call: a row for each language, a column for each task."""
    languages = [name for name in tables.LANGUAGES if results.get(name, {}).get("rows")]
    if not languages:
        return
    heights = [1 + len(results[name]["rows"].get("create", {})) for name in languages]
    figure, grid = plt.subplots(
        len(languages),
        len(COLUMNS),
        figsize=(11, 0.3 * sum(heights) + 1),
        squeeze=False,
        height_ratios=heights,
        layout="constrained",
    )
    for line, name in zip(grid, languages, strict=True):
        for axes, task in zip(line, COLUMNS, strict=True):
            found = results[name]["rows"].get(task)
            if found:
                bars(axes, found, "cpu", f"{tables.LANGUAGES[name]}: {tables.TASKS[task]}")
            else:
                axes.set_axis_off()
    figure.supxlabel(
        "µs of processor time per call; shorter is better; a bar with // is cut", fontsize=9
    )
    save(figure, path)


def waits(rows, ms, path):
    """The time to a created session: cold and warm, with lines at whole round trips."""
    shown = ("php-fpm", "gunicorn", "express 10/s", "python process", "node process", "php process")
    shown = [row for row in shown if rows.get(f"{row}@{ms}")]
    if not shown:
        return
    heights = [1 + len(rows[f"{row}@{ms}"]) for row in shown]
    figure, grid = plt.subplots(
        len(shown),
        1,
        figsize=(8.5, 0.29 * sum(heights) + 0.9),
        squeeze=False,
        sharex=True,
        height_ratios=heights,
        layout="constrained",
    )
    for axes, row in zip(grid[:, 0], shown, strict=True):
        found = rows[f"{row}@{ms}"]
        cold = {client: tables.median(of, "cold") for client, of in found.items()}
        warms = {
            client: tables.median(of, "warm") or tables.median(of, "p50")
            for client, of in found.items()
        }
        order = sorted(cold, key=lambda one: (round(warms[one] or 0), cold[one]), reverse=True)
        for at, client in enumerate(order):
            warm = warms[client]
            axes.barh(at, cold[client], color=COLD if is_ours(client) else "#ffe0b2", height=0.68)
            if warm:
                axes.barh(at, warm, color=OURS if is_ours(client) else PEER, height=0.68)
            said = tables.number(cold[client]) + (f", then {tables.number(warm)}" if warm else "")
            write(axes, max(cold[client], warm or 0), at, said)
        axes.set_yticks(range(len(order)), [tables.named(client) for client in order])
        for label, client in zip(axes.get_yticklabels(), order, strict=True):
            label.set_fontweight("bold" if is_ours(client) else "normal")
        axes.set_title(tables.WAITS[row])
        axes.xaxis.grid(True, color="#cfd8dc")
        axes.set_axisbelow(True)
    axes.set_xlim(
        0,
        1.25
        * max(
            max(filter(None, (tables.median(of, "cold") for of in rows[f"{row}@{ms}"].values())))
            for row in shown
        ),
    )
    axes.xaxis.set_major_locator(matplotlib.ticker.MultipleLocator(ms))
    note = f"ms to a session, {ms} ms away: cold in orange, warm over it; lines are round trips"
    figure.supxlabel(note, fontsize=9)
    save(figure, path)
