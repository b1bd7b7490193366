"""Large forms: drawing a page and saving a field, as a ratio to an empty page of the same run (issue 4).

    tests/bench/forms.py [--quick] [--json FILE]

In one process, over Django's own request path (middleware, session, database), so that the ratio is between two
answers of the same machine in the same second. `empty` is the page of help: no form, no draft, the same frame.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

SIZES = (200, 300)
EMPTY = "/help/"


def big(fields: int) -> dict[str, Any]:
    """A form of so many fields on one page, five in six of which hang on an earlier one; every kind of widget is there."""
    kinds: tuple[dict[str, Any], ...] = (
        {"type": "bool"},
        {"type": "text", "max_length": 100},
        {"type": "code", "options": [{"code": c, "label": {"vi": f"Chọn {c}", "en": f"Choice {c}"}} for c in "abc"]},
        {"type": "date"},
        {"type": "money"},
        {"type": "name", "upper": True},
    )  # fmt: skip
    made = []
    for i in range(fields):
        field: dict[str, Any] = {
            "id": f"f{i}",
            "label": {"vi": f"Câu hỏi số {i}", "en": f"Question {i}"},
            "hint": {"vi": "Ghi như trên giấy tờ", "en": "As on the papers"},
            **kinds[i % 6],
        }
        if i % 6:
            on = i - i % 6  # the tick box before it
            field["show_if"] = {"any": [{"field": f"f{on}", "value": True}, {"field": "f0", "value": True}]}
        made.append(field)
    return {
        "key": "big",
        "title": {"vi": f"Biểu mẫu {fields} câu", "en": f"Form of {fields} questions"},
        "sections": [{"id": "s", "title": {"vi": "Phần", "en": "Part"}, "fields": made}],
    }


@dataclass(frozen=True)
class Result:
    """Milliseconds, the middle of the runs; `draw` and `save` as multiples of the empty page."""

    fields: int
    empty_ms: float
    draw_ms: float
    save_ms: float
    draw: float
    save: float
    kilobytes: int


def measure(world: Any, fields: int, rounds: int) -> Result:
    """Taken in turns, so that what else the machine does falls on all three."""
    from motcua.dossiers.bundles import newest_form
    from motcua.eforms import actions as forms
    from motcua.kernel import jobs
    from motcua.kernel.frames import with_room
    from tests import factories

    with jobs.held():
        forms.publish(
            key=factories.COPIES, definition=big(fields) | {"key": factories.COPIES}, now=factories.NOW
        )
    newest_form.forget()
    draft = factories.draft(world, "lan", factories.COPIES, filled=False)
    draft.answers = {f"f{i}": "1" for i in range(0, fields, 6)}
    draft.save(update_fields=["body"])
    lan = world.client("lan")
    page, revision = f"/drafts/{draft.pk}/part/s/", [draft.revision]

    # As the server calls them (config/wsgi.py): else a page costs by chance what its depth makes it cost.
    @with_room
    def empty() -> Any:
        return lan.get(EMPTY)

    @with_room
    def draw() -> Any:
        return lan.get(page)

    @with_room
    def save() -> Any:
        body = {"field": "f1", "values": [["f1", f"Câu trả lời {revision[0]}"]], "version": revision[0]}
        answer = lan.post(
            f"/drafts/{draft.pk}/autosave/",
            body,
            content_type="application/json",
            headers={"X-Requested-With": "fetch"},
        )
        revision[0] = answer.json()["version"]
        return answer

    size = len(draw().content)
    took: dict[str, list[float]] = {"empty": [], "draw": [], "save": []}
    for name, act in (("empty", empty), ("draw", draw), ("save", save)):
        act()
        assert act().status_code == 200, name
    for _ in range(rounds):
        for name, act in (("empty", empty), ("draw", draw), ("save", save)):
            took[name].append(_timed(act))
    middle = {name: statistics.median(times) * 1000 for name, times in took.items()}
    return Result(
        fields,
        round(middle["empty"], 2),
        round(middle["draw"], 2),
        round(middle["save"], 2),
        round(middle["draw"] / middle["empty"], 1),
        round(middle["save"] / middle["empty"], 1),
        size // 1024,
    )


def _timed(act: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", default=str(ROOT / "build" / "bench-forms.json"))
    options = parser.parse_args()
    from tests.bench import house

    folder = ROOT / "build" / f"bench-forms-{os.getpid()}"
    with house.database(folder, keep=False) as cluster:
        port = house.free_port("127.0.0.1")
        os.environ.update(house.environment(cluster, folder, port) | {"MOTCUA_LOG_LEVEL": "ERROR"})
        import django

        django.setup()
        from django.core.management import call_command

        from motcua.runtime.prepare import collect_static, static_needed
        from tests import factories

        call_command("migrate", verbosity=0)
        if static_needed():
            collect_static()
        world = factories.build_world()
        results = [measure(world, fields, 15 if options.quick else 60) for fields in SIZES]
    print("\n fields | empty ms | page ms | save ms | page / empty | save / empty | page KB")
    for r in results:
        print(
            f" {r.fields:6} | {r.empty_ms:8} | {r.draw_ms:7} | {r.save_ms:7} | {r.draw:12} | {r.save:12} | {r.kilobytes:7}"
        )
    Path(options.json).parent.mkdir(parents=True, exist_ok=True)
    Path(options.json).write_text(json.dumps([asdict(result) for result in results], indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
