"""The questionnaire engine: format, publishing, conditions, answers, warning signs."""

from experts.questionnaires.format import Body, Question, QuestionnaireError, problems, questions, validate

__all__ = ["Body", "Question", "QuestionnaireError", "problems", "questions", "validate"]
