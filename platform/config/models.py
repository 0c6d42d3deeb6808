"""What the database knows about the instance it serves."""

from django.db import models

from clock import now


class Instance(models.Model):
    """One row for the database: whether it holds made-up people, whose password anyone can print."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    demo = models.BooleanField(default=False)
    marked_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(id=1),
                name="config_instance_single",
                violation_error_message="A database serves one instance.",
            )
        ]

    def __str__(self) -> str:
        return "demo" if self.demo else "instance"

    @classmethod
    def is_demo(cls) -> bool:
        """Whether demo data was ever loaded into this database."""
        return cls.objects.filter(demo=True).exists()
