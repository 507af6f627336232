/** Figures of models in words: pure. */
import type { DailyTokens, Measured, Model, Price, Trial } from "../wire/types";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const INVITED = "API by invitation";

export function milliseconds(value: number): string {
  return value < 1000 ? `${whole.format(value)} ms` : `${tenths.format(value / 1000)} s`;
}

export function speed(tokensPerSecond: number): string {
  return tokensPerSecond < 10 ? tenths.format(tokensPerSecond) : whole.format(tokensPerSecond);
}

/** `1,000k` for a million: the unit in which everybody compares contexts. */
export function thousands(tokens: number): string {
  return `${whole.format(tokens / 1000)}k`;
}

/** `7 of 8 (88 %)`. */
export function landed(measured: Measured): string {
  const share = Math.round((100 * measured.edits_landed) / measured.edits);
  return `${whole.format(measured.edits_landed)} of ${whole.format(measured.edits)} (${share} %)`;
}

/** Two digits that mean something, however small the sum. */
export function dollars(sum: number): string {
  if (sum === 0) {
    return "$0";
  }
  return sum >= 0.01 ? `$${sum.toFixed(2)}` : `$${sum.toPrecision(2)}`;
}

/** What a million tokens cost. */
export function priceLine(price: Price): string {
  return `$${price.input.toFixed(2)} in, $${price.output.toFixed(2)} out`;
}

/** What a model needs, or how it stands. */
export function stateLine(model: Model): string {
  const state = model.needs ?? (model.rehearsal ? "Always there" : "Ready");
  return model.by_invitation ? `${state} · ${INVITED}` : state;
}

/** How it is asked, for those who know the words. */
export function kindLine(model: Model): string {
  if (model.rehearsal) {
    return "Prepared examples and small edits by rule";
  }
  const tier = model.tier === "fast" ? "for turns" : "for delegated tasks";
  const steers = model.capabilities.includes("steer") ? [" takes redirections"] : [];
  return [`${tier} · ${model.protocol} · ${model.dialect}`, ...steers].join(" ·");
}

/** What came of a test. */
export function trialLine(trial: Trial): string {
  const figures = [
    trial.first_token_ms === null ? null : `first token ${milliseconds(trial.first_token_ms)}`,
    trial.tokens_per_second === null ? null : `${speed(trial.tokens_per_second)} tokens/s`,
  ];
  const listed = trial.listed === false && trial.landed ? "its server's list does not name it" : null;
  const outcome = trial.landed ? "The edit landed" : `No edit: ${trial.problem ?? "nobody knows why"}`;
  return [outcome, ...figures, listed].filter((part) => part !== null).join(" · ");
}

export function dailyLine(daily: DailyTokens): string {
  return `${whole.format(daily.used)} of today's ${whole.format(daily.allowed)} tokens for paid models are used.`;
}
