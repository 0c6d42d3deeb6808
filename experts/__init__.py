"""Experts' facts needed to propose a case: pathologies, questionnaires, registration, insurance, convention, availability."""
