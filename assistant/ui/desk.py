"""The desk: choosing, opening, saving and handing on worksheets, the same on every page that has them.

Every change is saved at once, under the address of the page, so that a reload loses nothing. What cannot be saved stays
in its field with the reason beside it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from assistant.aids.document import Document, file_name
from assistant.aids.saved import LONGEST, Sheet, Value, as_json, differences
from assistant.errors import Misuse, PinpointFault
from assistant.ui.shared import plain, shelf

TAKEN = 3_000_000  # bytes of an upload that is looked at


def chosen(kind: str, noun: str, first: Callable[[], Mapping[str, Value]] = dict) -> Sheet | None:
    """The worksheet that is open, or the list to choose from; `first` gives what a new one begins with."""
    id = st.query_params.get("sheet", "")
    if id:
        held = st.session_state.get(_key(id))
        if isinstance(held, Sheet) and held.kind == kind:
            return held
        try:
            sheet = shelf().open(id)
            if sheet.kind == kind:
                st.session_state[_key(id)] = sheet
                return sheet
            st.error(f"That is a worksheet of another kind ({plain(sheet.kind)}).", icon=":material/error:")
        except Misuse as fault:
            st.error(f"{plain(fault.message)} {plain(fault.remedy)}", icon=":material/error:")
            _offer_rescue(id)
    _choose(kind, noun, first)
    return None


def _offer_rescue(id: str) -> None:
    if shelf().versions(id) or id in {s.id for s in shelf().list() if s.fault}:
        st.write("The file itself is left as it is. It can be set aside under another name, to be looked at later.")
        if st.button("Set it aside and take the last kept version", key="rescue"):
            if shelf().set_aside(id) is None:
                st.session_state["desk-told"] = "The file was set aside. There was no kept version of it."
                st.query_params.pop("sheet")
            st.rerun()


def _choose(kind: str, noun: str, first: Callable[[], Mapping[str, Value]]) -> None:
    if told := st.session_state.pop("desk-told", ""):
        st.info(told)
    with st.form(f"new-{kind}", border=True):
        name = st.text_input(f"Name of the {noun}", max_chars=120, placeholder="such as: face search in recordings")
        if st.form_submit_button("Begin", type="primary", icon=":material/add:"):
            try:
                sheet = shelf().new(
                    kind, name.strip() or f"{noun.capitalize()} of {dt.date.today()}", dt.date.today(), first()
                )
                _open(sheet)
            except PinpointFault as fault:
                st.error(f"{plain(fault.message)} {plain(fault.remedy)}", icon=":material/error:")
    listed = shelf().list(kind)
    if listed:
        st.markdown(f"**Saved here: {len(listed)}**")
    for entry in listed[:50]:
        left, right = st.columns([4, 1], vertical_alignment="center")
        if entry.fault:
            left.warning(f"{plain(entry.id)}: {plain(entry.fault)}", icon=":material/warning:")
        else:
            left.markdown(f"{plain(entry.name)}  \n:gray[saved {entry.saved[:16].replace('T', ' ')} UTC]")
        if right.button("Open", key=f"open-{entry.id}", width="stretch"):
            st.query_params["sheet"] = entry.id
            st.rerun()
    with st.expander("Open a file that was downloaded here before"):
        file = st.file_uploader("Worksheet file (JSON)", type="json", key=f"take-{kind}", max_upload_size=3)
        if file and st.button("Take it in", key=f"take-{kind}-go"):
            try:
                _open(shelf().take_in(file.getvalue()[:TAKEN], kind))
            except PinpointFault as fault:
                st.error(f"{plain(fault.message)} {plain(fault.remedy)}", icon=":material/error:")


def _open(sheet: Sheet) -> None:
    st.session_state[_key(sheet.id)] = sheet
    st.query_params["sheet"] = sheet.id
    st.rerun()


def close() -> None:
    """Back to the list; everything is saved."""
    if st.button("Back to the list", icon=":material/arrow_back:", type="tertiary"):
        st.query_params.pop("sheet", None)
        st.rerun()


# -- fields ------------------------------------------------------------------------------------------------------


def bind(sheet: Sheet, field: str) -> str:
    """The key of a field's widget, filled with what is saved."""
    key = f"{sheet.id}:{field}"
    if key not in st.session_state and field in sheet.values:
        st.session_state[key] = sheet.values[field]
    return key


def text(sheet: Sheet, field: str, label: str, help: str = "", tall: bool = True) -> None:
    """A field for free text."""
    key = bind(sheet, field)
    draw = st.text_area if tall else st.text_input
    draw(label, key=key, help=help or None, max_chars=LONGEST, on_change=put, args=(sheet.id, field))
    fault(sheet, field)


def choice(
    sheet: Sheet, field: str, label: str, options: Sequence[str], help: str = "", names: Mapping[str, str] | None = None
) -> None:
    """A field for one of several options, or none yet."""
    key = bind(sheet, field)
    if st.session_state.get(key) not in {*options, None}:
        del st.session_state[key]  # saved by an older form: shown as open, and kept in the versions
    st.radio(
        label, options, index=None, key=key, help=help or None, format_func=lambda o: plain((names or {}).get(o, o)),
        on_change=put, args=(sheet.id, field),
    )  # fmt: skip
    fault(sheet, field)


def several(
    sheet: Sheet, field: str, label: str, options: Sequence[str], help: str = "", names: Mapping[str, str] | None = None
) -> None:
    """A field for any of several options, with a search box."""
    key = bind(sheet, field)
    held = st.session_state.get(key, [])
    if isinstance(held, list) and any(o not in options for o in held):
        st.session_state[key] = [o for o in held if o in options]
    st.multiselect(
        label, options, key=key, help=help or None, format_func=lambda o: (names or {}).get(o, o),
        on_change=put, args=(sheet.id, field), placeholder="Choose all that fit", wrap=True,
    )  # fmt: skip
    fault(sheet, field)


def day(sheet: Sheet, field: str, label: str, help: str = "") -> None:
    """A field for a day, written as YYYY-MM-DD."""
    key = bind(sheet, field)
    held = st.session_state.get(key)
    if isinstance(held, str):
        try:
            st.session_state[key] = dt.date.fromisoformat(held)
        except ValueError:
            del st.session_state[key]
    st.date_input(
        label, value=None, key=key, help=help or None, format="YYYY-MM-DD", on_change=put, args=(sheet.id, field)
    )
    fault(sheet, field)


def put(id: str, field: str) -> None:
    """Save what a field's widget holds. What cannot be saved stays in the widget, with the reason beside it."""
    raw = st.session_state.get(f"{id}:{field}")
    value: Value = [str(v) for v in raw] if isinstance(raw, list) else "" if raw is None else str(raw)
    write(id, {field: value}, field)


def write(id: str, values: Mapping[str, Value], field: str = "") -> bool:
    """Save some fields of a worksheet; whether that went well."""
    sheet: Sheet = st.session_state.get(_key(id)) or shelf().open(id)
    try:
        saved = shelf().save(sheet.with_values({**sheet.values, **values}), seen=sheet.saved)
    except PinpointFault as problem:
        st.session_state[f"fault:{id}:{field}"] = f"{problem.message} {problem.remedy}"
        return False
    st.session_state[_key(id)] = saved
    st.session_state.pop(f"fault:{id}:{field}", None)
    return True


def fault(sheet: Sheet, field: str) -> None:
    """Why the last change of a field was not saved, if it was not."""
    if problem := st.session_state.get(f"fault:{sheet.id}:{field}"):
        st.error(f"Not saved. {plain(problem)}", icon=":material/error:")


# -- versions and handing on -------------------------------------------------------------------------------------


def versions(sheet: Sheet, names: Mapping[str, str]) -> Sheet | None:
    """Keep a version, compare with one, go back to one; returns the version that was chosen to compare with."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    note = left.text_input("Note for this version", max_chars=200, key=f"note-{sheet.id}")
    if right.button("Keep a version", icon=":material/bookmark_add:", width="stretch", key=f"keep-{sheet.id}"):
        try:
            number = shelf().keep(sheet.model_copy(update={"note": note}), note)
            st.success(f"Kept as version {number}.")
        except PinpointFault as problem:
            st.error(f"{plain(problem.message)} {plain(problem.remedy)}", icon=":material/error:")
    kept = shelf().versions(sheet.id)
    if not kept:
        st.caption("No version is kept yet. Every change is saved in any case.")
        return None
    number = st.selectbox(
        "Compare with version", sorted(kept, reverse=True), key=f"version-{sheet.id}",
        format_func=lambda n: f"{n}, {kept[n].saved[:16].replace('T', ' ')} UTC{', ' + kept[n].note if kept[n].note else ''}",
    )  # fmt: skip
    old = kept[number]
    rows = differences(old, sheet)
    st.caption(f"{len(rows)} fields differ." if rows else "Nothing differs.")
    if rows:
        st.dataframe(
            [{"field": names.get(f, f), "then": a, "now": b} for f, a, b in rows], hide_index=True, width="stretch"
        )
        if st.button(
            "Go back to this version", key=f"back-{sheet.id}", help="What stands now is kept as a version first."
        ):
            shelf().keep(sheet, "before going back")
            if write(sheet.id, {**dict.fromkeys(sheet.values, ""), **old.values}):
                for key in [k for k in st.session_state if str(k).startswith(f"{sheet.id}:")]:
                    del st.session_state[key]
                st.rerun()
    return old


def hand_on(sheet: Sheet, made: Callable[[], Document]) -> None:
    """Downloads: PDF and DOCX, made when asked for, and the JSON that can be opened here again."""
    name = file_name(sheet.kind, sheet.name, dt.date.today().isoformat())
    downloads(name, made, sheet.id)
    st.download_button(
        "JSON, to open here again", as_json(sheet), f"{name}.json", "application/json", icon=":material/data_object:",
        key=f"json-{sheet.id}", on_click="ignore", width="stretch",
    )  # fmt: skip


def downloads(name: str, made: Callable[[], Document], key: str) -> None:
    """PDF and DOCX of a document, made when asked for."""
    left, right = st.columns(2)
    left.download_button(
        "PDF", lambda: made().as_pdf(), f"{name}.pdf", "application/pdf", icon=":material/picture_as_pdf:",
        key=f"pdf-{key}", on_click="ignore", width="stretch",
    )  # fmt: skip
    right.download_button(
        "DOCX", lambda: made().as_docx(), f"{name}.docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", icon=":material/description:",
        key=f"docx-{key}", on_click="ignore", width="stretch",
    )  # fmt: skip


def _key(id: str) -> str:
    return f"sheet:{id}"
