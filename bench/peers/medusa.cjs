// The rule functions of Medusa's promotion module on baskets given on standard input; prints the total and baskets a second.
"use strict";
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { join } = require("node:path");

const installed = createRequire(join(process.cwd(), "peers.cjs"));
const utils = installed("./node_modules/@medusajs/promotion/dist/utils");
const work = JSON.parse(readFileSync(0, "utf8"));

const promotions = work.promotions.map((promotion, n) => ({
  code: `P${n}`, type: "standard", is_automatic: true, is_tax_inclusive: false, rules: [],
  application_method: {
    type: "percentage", target_type: "items", allocation: "across", value: promotion.percent,
    target_rules: [{
      attribute: "items.category", operator: "eq", values: [{ value: String(promotion.category) }],
    }],
  },
}));
const items = () => work.lines.map((line, n) => ({
  id: `i${n}`, quantity: line.quantity, unit_price: line.price,
  subtotal: line.price * line.quantity, original_total: line.price * line.quantity,
  is_discountable: true, category: String(line.category),
}));

// What the module's computeActions does once it has read its promotions from the database.
function actions() {
  const basket = items();
  const context = { items: basket };
  const applied = new Map();
  const found = [];
  for (const promotion of promotions) {
    if (!utils.areRulesValidForContext(promotion.rules, context, "order")) continue;
    found.push(...utils.ComputeActionUtils.getComputedActionsForItems(promotion, basket, applied));
  }
  return found;
}

const discount = actions().reduce((sum, action) => sum + Number(action.amount), 0);
const rounds = [];
for (let round = 0; round < 3; round++) {
  const start = performance.now();
  const end = start + (work.seconds * 1000) / 3;
  let done = 0;
  while (performance.now() < end) {
    actions();
    done++;
  }
  rounds.push((done * 1000) / (performance.now() - start));
}
console.log(JSON.stringify({ discount, baskets_per_second: Math.max(...rounds) }));
