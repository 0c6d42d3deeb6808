import pytest
pytestmark = pytest.mark.django_db
def test_x(stage):
    for k,v in stage.cases.items(): print(k, stage.case(k).state)
