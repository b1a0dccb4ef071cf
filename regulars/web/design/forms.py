"""How Django's forms look here: labels, errors and hints of a field beside it, for every form."""

from django.forms.renderers import TemplatesSetting


class Fields(TemplatesSetting):
    """The renderer of every form: `{{ form.email.as_field_group }}` and `{{ form }}` by our templates."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"
