"""Addresses of plans and simulations."""

from django.urls import path

from regulars.web.planning import actual, plan, plans, simulations

app_name = "planning"
urlpatterns = [
    path("plan/", plans.plans_page, name="plans"),
    path("plan/new/", plans.new_page, name="new"),
    path("plan/<uuid:plan_id>/", plan.plan_page, name="plan"),
    path("plan/<uuid:plan_id>/try/", plan.try_plan, name="try"),
    path("plan/<uuid:plan_id>/save/", plan.save, name="save"),
    path("plan/<uuid:plan_id>/scenario/", plan.add_scenario, name="add_scenario"),
    path("plan/<uuid:plan_id>/scenario/drop/", plan.drop_scenario, name="drop_scenario"),
    path("plan/<uuid:plan_id>/archive/", plans.archive, name="archive"),
    path("plan/<uuid:plan_id>/restore/", plans.restore, name="restore"),
    path("plan/<uuid:plan_id>/actual/", actual.actual_page, name="actual"),
    path("plan/<uuid:plan_id>/actual/pay/", actual.pay, name="pay"),
    path("plan/<uuid:plan_id>/file/<slug:form>/", plan.plan_file, name="file"),
    path("simulate/", simulations.simulations_page, name="simulations"),
    path("simulate/new/", simulations.simulate_page, name="simulate"),
    path("simulate/search/", simulations.search_page, name="search"),
    path("simulate/<uuid:study_id>/", simulations.simulation_page, name="simulation"),
    path("simulate/<uuid:study_id>/cancel/", simulations.cancel, name="cancel"),
    path(
        "simulate/<uuid:study_id>/files/<str:name>/",
        simulations.simulation_file,
        name="simulation_file",
    ),
]
