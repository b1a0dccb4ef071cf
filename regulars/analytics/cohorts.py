"""Cohorts: customers by the month of their first receipt, who of them came back, and for how much."""

from typing import Literal, NamedTuple

import ibis
from ibis import _

from regulars.analytics.books import Books

Counting = Literal["documents", "purchases"]


class CohortCell(NamedTuple):
    """Customers of a cohort (month number) who came `age` months later, and their net money."""

    cohort: int
    age: int
    customers: int
    sales_minor: int


def count_cohorts(books: Books, counting: Counting = "documents") -> list[CohortCell]:
    """Every cell with customers in it, by cohort and age.

    By `documents` a customer comes with a purchase or with goods to give back; by `purchases` only
    with a purchase, and only purchases make a cohort.
    """
    months = _months(books, counting)
    grouped = (
        months.join(_first(months), "customer")
        .mutate(age=_.month - _.cohort)
        .group_by("cohort", "age")
        .agg(customers=_.count(), sales_minor=_.sales_minor.sum())
        .order_by("cohort", "age")
    )
    return [
        CohortCell(row["cohort"], row["age"], row["customers"], int(row["sales_minor"]))
        for row in books.engine.rows(grouped)
    ]


def cohort_sides(books: Books) -> ibis.Table:
    """(customer, side): the cohort of each customer as `2010-12`, for figures by cohort."""
    first = _first(_months(books, "purchases"))
    year, month = first.cohort // 12 + 1970, first.cohort % 12 + 1
    text = year.cast("int64").cast("string") + "-" + month.cast("string").lpad(2, "0")
    return first.select("customer", side=text)


def _months(books: Books, counting: Counting) -> ibis.Table:
    known = books.receipts.filter(_.customer.notnull())
    if counting == "purchases":
        known = known.filter(~_.returned)
    return known.group_by("customer", "month").agg(sales_minor=_.amount_minor.sum())


def _first(months: ibis.Table) -> ibis.Table:
    return months.group_by("customer").agg(cohort=_.month.min())
