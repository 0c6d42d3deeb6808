"""Production: reads the environment and nothing else."""

from config.settings.base import *  # noqa: F403
