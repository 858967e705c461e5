"""A notebook as a page to read: nbconvert's, with mathematics as MathML in the place of a script.

Imported where pages are written and nowhere else: nbconvert takes a second to import.
"""

from __future__ import annotations

from importlib.util import find_spec

from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from lstm_video_lab.course.mathml import as_mathml

# Reading copies load nothing: scripts are left out, styles and pictures are inside the page. Code
# that a lesson folds is folded.
PAGE = """{%- extends 'lab/index.html.j2' -%}
{%- block html_head_js -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
{%- block jupyter_widgets -%}{%- endblock -%}
{%- block input -%}
{%- if "hide-input" in cell.metadata.get("tags", []) -%}
<details><summary>Code</summary>{{ super() }}</details>
{%- else -%}{{ super() }}{%- endif -%}
{%- endblock input -%}"""


def exporter() -> HTMLExporter:
    """What makes a page of a notebook; without latex2mathml its formulas stay as they are typed."""
    page = HTMLExporter(raw_template=PAGE)
    if find_spec("latex2mathml"):
        page.register_filter("markdown2html", _to_html)
    return page


def _to_html(source: str) -> str:
    return MarkdownWithMath(renderer=_MathRenderer(escape=False)).render(source)


class _MathRenderer(IPythonRenderer):
    def block_math(self, body: str) -> str:
        return as_mathml(body, "block")

    def inline_math(self, body: str) -> str:
        return as_mathml(body)
