"""Public pages. Each has a translation in the other language; those the menus name keep their address."""

from cms.models.base import ReviewedPage, SitePage
from cms.models.diseases import PathologyIndexPage, PathologyPage
from cms.models.experts import ExpertIndexPage
from cms.models.information import HomePage, InformationPage, ResourcePage
from cms.models.news import NEWS_PER_PAGE, NewsIndexPage, NewsPage
from cms.models.questions import AnswerCount, FaqPage
from cms.models.released import MOTIVE_LENGTH, ReleasedText
from cms.search.models import SearchEntry

__all__ = [
    "AnswerCount",
    "ExpertIndexPage",
    "FaqPage",
    "HomePage",
    "InformationPage",
    "MOTIVE_LENGTH",
    "NEWS_PER_PAGE",
    "NewsIndexPage",
    "NewsPage",
    "PathologyIndexPage",
    "PathologyPage",
    "ReleasedText",
    "ResourcePage",
    "ReviewedPage",
    "SearchEntry",
    "SitePage",
]
