// Vendure's order calculator on baskets given on standard input; prints its total and baskets a second.
"use strict";
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { join } = require("node:path");

const installed = createRequire(join(process.cwd(), "peers.cjs"));
installed("reflect-metadata");
const core = installed("@vendure/core");
const work = JSON.parse(readFileSync(0, "utf8"));

const action = new core.PromotionItemAction({
  code: "percent_of_category",
  description: [{ languageCode: "en", value: "Percentage off a category" }],
  args: { category: { type: "int" }, percent: { type: "int" } },
  execute: (ctx, line, args) =>
    line.customFields.category === args.category ? (-line.unitPrice * args.percent) / 100 : 0,
});
const promotions = work.promotions.map(
  (promotion, n) =>
    new core.Promotion({
      id: n + 1, enabled: true, conditions: [], promotionConditions: [], promotionActions: [action],
      translations: [], name: `p${n}`,
      actions: [{ code: action.code, args: [
        { name: "category", value: String(promotion.category) },
        { name: "percent", value: String(promotion.percent) },
      ] }],
    }),
);
const none = { getAllWithMembers: async () => [], findOne: async () => undefined };
const rate = { apply: (price) => price, taxPayableOn: () => 0, value: 0, name: "none" };
const config = { taxOptions: {
  taxZoneStrategy: { determineTaxZone: () => ({ id: 1 }) },
  taxLineCalculationStrategy: { calculate: () => [{ taxRate: 0, description: "none" }] },
} };
const calculator = new core.OrderCalculator(
  config, none, { getApplicableTaxRate: async () => rate }, none,
  { getEligibleShippingMethods: async () => [] }, { get: async (ctx, key, make) => make() },
);
const ctx = { channelId: 1, channel: { pricesIncludeTax: true } };

function basket() {
  const order = new core.Order({ id: 1, couponCodes: [], surcharges: [], shippingLines: [], promotions: [] });
  order.lines = work.lines.map((line, n) => new core.OrderLine({
    id: n + 1, listPrice: line.price, listPriceIncludesTax: true, quantity: line.quantity,
    initialListPrice: line.price, orderPlacedQuantity: 0, adjustments: [], taxLines: [], taxCategoryId: 1,
    customFields: { category: line.category },
  }));
  return order;
}

(async () => {
  const once = await calculator.applyPriceAdjustments(ctx, basket(), promotions);
  const gross = work.lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
  const rounds = [];
  for (let round = 0; round < 3; round++) {
    const end = performance.now() + (work.seconds * 1000) / 3;
    const start = performance.now();
    let done = 0;
    while (performance.now() < end) {
      await calculator.applyPriceAdjustments(ctx, basket(), promotions);
      done++;
    }
    rounds.push((done * 1000) / (performance.now() - start));
  }
  console.log(JSON.stringify({ discount: gross - once.subTotalWithTax, baskets_per_second: Math.max(...rounds) }));
})();
