"""How every form looks: one renderer, Tabler's classes, messages beside their field."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Draws each field with ``components/field.html``, so no page lays out a form by hand."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
