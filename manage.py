#!/usr/bin/env python
"""Django's commands. People use ./run manage, which brings the environment and the database along."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rendang.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
