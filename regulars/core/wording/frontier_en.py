"""English sentences about the efficient frontier of programmes."""

_P = "frontier."

SENTENCES = {
    "optimise.answer_wrong": "«{told}» is no answer to rewards: state 0.5/1/1.5,most=0.1 (slope low/likely/high, then the most).",
    "optimise.notice_wrong": "«{told}» is no share that can be noticed: state 0.1%, 0.5%, 1%, 2%, 3%, 5%, 7% or 10%.",
    "optimise.one_base": "State one programme to search around, or none.",
    "optimise.budget_missing": "State what may be spent: --budget 2% of sales, or an amount.",
    "optimise.margin_wrong": "A margin is a share such as 0.35.",
    _P + "counted": "{tried|programme|programmes} tried in {evaluations|replay|replays}.",
    "optimise.progress": "Searching programmes",
    "simulation.part_printing": "Writing the report",
    "optimise.needs_margin": "An answer to rewards needs the margin of sales: state --margin.",
    "optimise.nothing": "There is nothing to search: the receipts have no sales to members.",
    "optimise.part_shop": "Measuring the shop",
    "optimise.part_sample": "Trying candidates on a sample",
    "optimise.part_near": "Trying what lies between the best",
    "optimise.part_whole": "Confirming the best on everybody",
    _P + "title": "Which programme for how much: the receipts of {source}",
    _P + "budget_share": "Budget, share of sales",
    _P + "programmes_tried": "Programmes tried",
    _P + "programmes_confirmed": "… confirmed on everybody",
    _P + "frontier": "The efficient frontier",
    _P
    + "frontier_note": "Every programme here brings more than all that cost less, within the budget. Which of them is right is not for arithmetic to say: each step to the right costs more and brings more.",
    _P + "none": "No programme tried stays within the budget.",
    _P + "confirmed": "Everything confirmed on all customers",
    _P
    + "confirmed_note": "Marked: on the frontier. The others cost more and bring no more than one that is marked, or exceed the budget.",
    _P + "tried": "Everything tried, also on samples",
    _P
    + "measure_cost": "Cost is found by replay: discounts, points spent, and what of the points held is expected to be spent, points at the stated share of their worth; as a share of sales at full prices.",
    _P
    + "measure_reach": "Benefit is reach: the share of the members who got in hand (discounts and points spent) at least {notice} of what they bought.",
    _P
    + "no_answer": "Nobody is thought to buy more because of a programme: no answer to rewards was stated, so nothing here says what a programme earns.",
    _P
    + "measure_value": "Benefit is value by a stated answer, not a finding: the first per cent of reward brings {likely} ({low} to {high}) per cent more sales, less and less, {most} at most; margin of sales {margin}. The shaded band is that range.",
    _P
    + "made_to_measure": "Models from nothing are made to the measure of the shop: thresholds by what its members spend, stamps by its usual receipt. VIP is by spending: a paid club cannot be replayed, since nobody in the receipts has bought it.",
    _P
    + "sampled": "The first rounds were on samples of the customers (seed {seed}); the frontier is of confirmed figures only.",
    _P + "chart_reach": "Members reached by cost",
    _P + "chart_value": "Margin brought (as stated) by cost",
    _P + "cost_axis": "cost as a share of sales; small pale points were tried on a sample only",
    _P + "line": "frontier",
    _P + "budget": "budget",
    _P + "head_number": "No.",
    _P + "head_programme": "Programme",
    _P + "head_model": "Model",
    _P + "head_code": "Code",
    _P + "head_cost_share": "Cost, % of sales",
    _P + "head_cost_money": "Cost",
    _P + "head_reach": "Reach, % of members",
    _P + "head_value": "Value, % of sales",
    _P + "head_low": "… low, %",
    _P + "head_high": "… high, %",
    _P + "head_net": "Value less cost, %",
    _P + "head_redemption": "Redemption",
    _P + "head_tried_on": "Tried on",
    _P + "kind_base": "the given one, varied",
    _P + "kind_given": "given",
    _P + "kind_points": "points",
    _P + "kind_cashback": "cashback",
    _P + "kind_discount_card": "discount card",
    _P + "kind_growing_card": "growing card",
    _P + "kind_stamps": "stamps",
    _P + "kind_tiers": "tiers",
    _P + "kind_vip": "VIP",
    _P + "kind_hybrid": "hybrid",
    _P
    + "files": "Beside this page: frontier.png, the tables as CSV and in frontier.xlsx, everything in frontier.json, every programme of the frontier as candidate-CODE.yaml to go on with, and the confirmed ones in detail in simulation.html.",
    _P
    + "wrote": "Written: {folder}/frontier.html, simulation.html, and the programmes of the frontier as candidate-CODE.yaml.",
}
