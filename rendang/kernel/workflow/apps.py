from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "rendang.kernel.workflow"
