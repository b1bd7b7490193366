"""Binding sheets: documents of ``kernel/pdf.py`` made piece by piece become one, still PDF/A and still tagged.

A document of thousands of rows takes typst a gigabyte; sheets of some hundred rows, bound here, a tenth of that. Pure.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pikepdf


def pages_of(document: bytes) -> int:
    """How many pages a document has."""
    with pikepdf.open(io.BytesIO(document)) as opened:
        return len(opened.pages)


def bind(sheets: Sequence[bytes]) -> bytes:
    """The sheets as one document, with title, language and metadata of the first. Equal sheets give equal bytes.

    Page content names its place in the structure by number, so the numbers of each sheet are moved behind those
    before. Cells of later sheets name header cells by identifiers that are the first sheet's too: theirs are taken
    away, and they point to the first one's headers, which say the same.
    """
    with pikepdf.open(io.BytesIO(sheets[0])) as book:
        tree = book.Root.StructTreeRoot
        children: list[Any] = list(tree.K)
        numbers: list[Any] = list(tree.ParentTree.Nums)
        following = int(tree.ParentTreeNextKey)
        for sheet in sheets[1:]:
            with pikepdf.open(io.BytesIO(sheet)) as opened:
                before = len(book.pages)
                book.pages.extend(opened.pages)
                added = book.copy_foreign(opened.Root.StructTreeRoot)
            for page in list(book.pages)[before:]:
                page.obj.StructParents = int(page.obj.StructParents) + following
            keys = list(added.ParentTree.Nums)
            for key, elements in zip(keys[::2], keys[1::2], strict=True):
                numbers += [int(key) + following, elements]
            if "/IDTree" in added:
                for named in list(added.IDTree.Names)[1::2]:
                    del named.ID
            for child in added.K:
                child.P = tree
                children.append(child)
            following += int(added.ParentTreeNextKey)
        tree.K = pikepdf.Array(children)
        tree.ParentTree = book.make_indirect(pikepdf.Dictionary(Nums=pikepdf.Array(numbers)))
        tree.ParentTreeNextKey = following
        out = io.BytesIO()
        book.save(out, deterministic_id=True)
        return out.getvalue()
