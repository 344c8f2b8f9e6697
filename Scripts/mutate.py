#!/usr/bin/env python3
"""Breaks the engine's rules on purpose, from orders to liquidation, one sign, bound or rounding at a
time, and names the breaks that no test of the engine notices.

    Scripts/mutate.py [--list] [--only 3,17] [--twin]

Model, engine and their tests are copied to .build/mutate with every mutant in place behind a number
that the environment tells, so that all of them cost one build. A mutant counts as found when a test
fails, the process traps, or the run takes ten times as long as that of the engine as it is. With
--twin the tests of the slow twin look too, which is how those that survive the engine's own are told
from those that nothing finds. Exit code 1: a mutant survived.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".build/mutate"
TESTS = FOLDER / ".build/release/enginePackageTests.xctest"
ENGINE = "Sources/PlimsollEngine"

# File, text that is there once, the part of it that is changed, and what it becomes.
MUTANTS = [
    ("Formulas/Balances.swift", "max(.zero, crossWallet + crossUnrealizedPnL - crossInitialMargin - isolatedOrderMargin)",
     "crossWallet + crossUnrealizedPnL - crossInitialMargin - isolatedOrderMargin",
     ["crossWallet - crossUnrealizedPnL - crossInitialMargin - isolatedOrderMargin",
      "crossWallet + crossUnrealizedPnL + crossInitialMargin - isolatedOrderMargin",
      "crossWallet + crossUnrealizedPnL - crossInitialMargin + isolatedOrderMargin"]),
    ("Formulas/Balances.swift", "min(crossWallet - isolatedOrderMargin - crossMaintenanceMargin, available)",
     "min(crossWallet - isolatedOrderMargin - crossMaintenanceMargin, available)",
     ["available", "min(crossWallet - isolatedOrderMargin, available)"]),
    ("Formulas/BankruptcyPrice.swift", "let worth = entryValue - walletBalance", "entryValue - walletBalance",
     ["entryValue + walletBalance"]),
    ("Formulas/BankruptcyPrice.swift", "share(maintenance, of: totalMaintenance, rounding: .down)", ".down", [".up"]),
    ("Formulas/Funding.swift", "let value = -notional", "-notional", ["notional"]),
    ("Formulas/Funding.swift", "guard let rounding else { return value.times(rate, rounding: .halfUp) }", ".halfUp", [".down"]),
    ("Formulas/FundingRate.swift", "premium + max(-clamp, min(clamp, interest - premium))",
     "premium + max(-clamp, min(clamp, interest - premium))",
     ["premium + max(-clamp, min(clamp, premium - interest))", "interest", "premium - max(-clamp, min(clamp, interest - premium))"]),
    ("Formulas/FundingRate.swift", "by: eightHours,\n        rounding: .halfUp", ".halfUp", [".down"]),
    ("Formulas/FundingRate.swift", "return max(-cap, min(cap, Rate(units: Int64(scaled))))",
     "max(-cap, min(cap, Rate(units: Int64(scaled))))", ["Rate(units: Int64(scaled))", "min(cap, Rate(units: Int64(scaled)))"]),
    ("Formulas/MarkPrice.swift", "return index + Price(units: Int64(basis))", "index + Price(units: Int64(basis))",
     ["index - Price(units: Int64(basis))", "index"]),
    ("Formulas/MarkPrice.swift", "max(min(first, second), min(max(first, second), third))",
     "max(min(first, second), min(max(first, second), third))", ["max(first, third)", "min(max(first, second), third)"]),
    ("Formulas/InitialMargin.swift", "notional.times(rate, rounding: .up)", ".up", [".down"]),
    ("Formulas/InitialMargin.swift", "(positionNotional - askValue).magnitude", "(positionNotional - askValue)",
     ["(positionNotional + askValue)", "positionNotional"]),
    ("Formulas/MaintenanceMargin.swift", "tiers[index].notionalFloor <= notional", "tiers[index].notionalFloor <= notional",
     ["tiers[index].notionalFloor < notional"]),
    ("Formulas/MaintenanceMargin.swift", "notional.times(tier.maintenanceRate, rounding: .up) - tier.deduction",
     "notional.times(tier.maintenanceRate, rounding: .up) - tier.deduction",
     ["notional.times(tier.maintenanceRate, rounding: .down) - tier.deduction",
      "notional.times(tier.maintenanceRate, rounding: .up) + tier.deduction",
      "notional.times(tier.maintenanceRate, rounding: .up)"]),
    ("Formulas/LiquidationPrice.swift", "balance: walletBalance - otherMaintenance + otherUnrealizedPnL",
     "walletBalance - otherMaintenance + otherUnrealizedPnL",
     ["walletBalance + otherMaintenance + otherUnrealizedPnL", "walletBalance - otherMaintenance - otherUnrealizedPnL"]),
    ("Formulas/LiquidationPrice.swift", "let longRate = Int128(tiers[longTier].maintenanceRate.units) + fee - sign",
     "Int128(tiers[longTier].maintenanceRate.units) + fee - sign",
     ["Int128(tiers[longTier].maintenanceRate.units) - fee - sign"]),
    ("Formulas/LiquidationPrice.swift", "guard whole >= tiers[index].notionalFloor.units", "whole >= tiers[index].notionalFloor.units",
     ["whole > tiers[index].notionalFloor.units"]),
    ("Formulas/LiquidationPrice.swift", "return above <= tiers[index + 1].notionalFloor.units",
     "above <= tiers[index + 1].notionalFloor.units", ["above < tiers[index + 1].notionalFloor.units"]),
    ("Formulas/LiquidationPrice.swift", "return balance + value - entryValue > maintenance",
     "balance + value - entryValue > maintenance", ["balance + value - entryValue >= maintenance"]),
    ("Formulas/LiquidationStep.swift", "whole.times(terms.stepShare, rounding: .up)", ".up", [".down"]),
    ("Formulas/LiquidationStep.swift", "tiers[tier + 1].notionalFloor <= notional", "tiers[tier + 1].notionalFloor <= notional",
     ["tiers[tier + 1].notionalFloor < notional"]),
    ("Formulas/LiquidationStep.swift", "return valuation.notional(of: next, at: price) <= cap ? next : keep",
     "valuation.notional(of: next, at: price) <= cap", ["false", "valuation.notional(of: next, at: price) < cap"]),
    ("Formulas/OrderMargin.swift", "side == .buy ? orderPrice - markPrice", "side == .buy", ["side == .sell"]),
    ("Formulas/OrderMargin.swift", "position - openOpposite", "position - openOpposite", ["position", "position + openOpposite"]),
    ("Formulas/PositionFold.swift", "entryValue.units > 0 ? .up : .down", "entryValue.units > 0", ["entryValue.units < 0"]),
    ("Formulas/PositionFold.swift", "realizedPnL: entryValueAfter - entryValue - fillValue",
     "entryValueAfter - entryValue - fillValue", ["entryValue - entryValueAfter - fillValue", "entryValueAfter - entryValue + fillValue"]),
    ("Formulas/PremiumAverage.swift", "added * (2 * before + added + 1) / 2", "2 * before + added + 1",
     ["2 * before + added", "2 * before + added + 2"]),
    ("Formulas/PremiumAverage.swift", "divide(sum, by: divisor, rounding: .down)", ".down", [".up"]),
    ("Formulas/ProfitAndLoss.swift", "valuation.value(of: quantity, at: price) - entryValue",
     "valuation.value(of: quantity, at: price) - entryValue", ["entryValue - valuation.value(of: quantity, at: price)"]),
    ("Formulas/ProfitAndLoss.swift", "amountUnitsPerReportedUnit,\n            rounding: .halfUp", ".halfUp", [".down", ".up"]),
    ("Formulas/ProfitAndLoss.swift", "entryValue + feesPaid - fundingReceived", "entryValue + feesPaid - fundingReceived",
     ["entryValue - feesPaid - fundingReceived", "entryValue + feesPaid + fundingReceived"]),
    ("Formulas/TierDeduction.swift", "rate - previous.maintenanceRate", "rate - previous.maintenanceRate", ["rate"]),
    ("Formulas/ImpactPremium.swift", "distance += max(.zero, bid - reference)", "max(.zero, bid - reference)", ["bid - reference"]),
    ("Formulas/ImpactPremium.swift", "distance -= max(.zero, reference - ask)", "max(.zero, reference - ask)", ["reference - ask"]),
    ("Formulas/ImpactPremium.swift", "guard value < rest", "value < rest", ["value <= rest"]),
    ("Formulas/IndexPrice.swift", "if distance > limit", "distance > limit", ["distance >= limit"]),
    ("Formulas/IndexPrice.swift", "deviatingCount <= 1", "deviatingCount <= 1", ["deviatingCount <= 2", "deviatingCount < 1"]),
    ("Engine+MarginChecks.swift", "case .atMaintenance: balance <= maintenance", "balance <= maintenance", ["balance < maintenance"]),
    ("Engine+MarginChecks.swift", "case .belowMaintenance: balance < maintenance", "balance < maintenance", ["balance <= maintenance"]),
    ("Engine+MarginChecks.swift", "margin.maintenance.units * 10 >= margin.balance.units * 8",
     "margin.maintenance.units * 10 >= margin.balance.units * 8",
     ["margin.maintenance.units * 10 > margin.balance.units * 8", "margin.maintenance.units * 10 >= margin.balance.units * 9"]),
    ("Engine+MarginChecks.swift", "largest == nil || maintenance > most", "maintenance > most", ["maintenance < most", "maintenance >= most"]),
    ("Engine+Liquidation.swift", "let rounding: Rounding = state.quantity > .zero ? .up : .down", "state.quantity > .zero", ["state.quantity < .zero"]),
    ("Engine+Liquidation.swift", "left = min(left, ledger.isolatedWallet(slot))", "min(left, ledger.isolatedWallet(slot))", ["left", "ledger.isolatedWallet(slot)"]),
    ("Engine+InsuranceFund.swift", "(held + state.quantity).magnitude < held.magnitude",
     "(held + state.quantity).magnitude < held.magnitude", ["(held + state.quantity).magnitude <= held.magnitude", "false"]),
    ("Engine+InsuranceFund.swift", "guard balance > .zero else { return false }", "balance > .zero", ["balance >= .zero"]),
    ("Engine+InsuranceFund.swift", "sum <= balance.times(ratio, rounding: .down)", "sum <= balance.times(ratio, rounding: .down)",
     ["sum < balance.times(ratio, rounding: .down)", "sum <= balance.times(ratio, rounding: .up)", "true"]),
    ("Engine+InsuranceFund.swift", "sum += notional(of: otherState).magnitude", "notional(of: otherState).magnitude", ["notional(of: otherState)", "Amount.zero"]),
    ("Engine+InsuranceFund.swift", "worth: state.entryValue,\n            rounding: isLong ? .up : .down", "isLong", ["!isLong"]),
    ("Engine+Deleveraging.swift", "return score > other.score", "score > other.score", ["score < other.score"]),
    ("Engine+Deleveraging.swift", "return notional > other.notional", "notional > other.notional", ["notional < other.notional"]),
    ("Engine+Deleveraging.swift", "return account < other.account", "account < other.account", ["account > other.account"]),
    ("Engine+Deleveraging.swift", "return marginBehind(slot) + gain >= .zero", "marginBehind(slot) + gain >= .zero",
     ["marginBehind(slot) + gain > .zero", "true"]),
    ("Engine+Funding.swift", "(payment < .zero) == payersTurn", "(payment < .zero) == payersTurn", ["(payment > .zero) == payersTurn"]),
    ("Engine+Funding.swift", "case .mark: instrument.markPrice", "instrument.markPrice", ["instrument.indexPrice"]),
    ("Engine+Margin.swift", "summary.isolatedOrderMargin += requiredMargin(of: state) - positionMargin",
     "requiredMargin(of: state) - positionMargin", ["requiredMargin(of: state)"]),
    ("Engine+Margin.swift", "wallet - maintenanceMargin(of: state),", "wallet - maintenanceMargin(of: state)", ["wallet"]),
    ("Engine+Margin.swift", "wallet + unrealizedPnL(of: state) - initial", "wallet + unrealizedPnL(of: state) - initial",
     ["wallet - initial", "wallet - unrealizedPnL(of: state) - initial"]),
    ("Book/Book.swift", "asks.best <= limit", "asks.best <= limit", ["asks.best < limit"]),
    ("Book/Book.swift", "bids.best >= limit", "bids.best >= limit", ["bids.best > limit"]),
    ("Book/Book.swift", "asks.level(at: asks.best).head", "asks.level(at: asks.best).head", ["asks.level(at: asks.best).tail"]),
    ("Book/Book.swift", "bids.level(at: bids.best).head", "bids.level(at: bids.best).head", ["bids.level(at: bids.best).tail"]),
    ("Engine+Orders.swift", "guard room > .zero else { return }\n                quantity = min(quantity, room)", "min(quantity, room)", ["quantity"]),
    ("Engine+Orders.swift", "continue\n                }\n                quantity = min(quantity, room)", "min(quantity, room)", ["quantity"]),
    ("Engine+Orders.swift", "if maker.account == taker.account,", "maker.account == taker.account", ["maker.position == taker.position", "false"]),
    ("Engine+Orders.swift", "let price = instruments[index].price(at: maker.tick)", "maker.tick", ["taker.tick"]),
    ("Engine+Orders.swift", "if order.reduceOnly, room.isZero {", "room.isZero", ["true", "false"]),
    ("Engine+Orders.swift", "guard amendment.quantity > order.filled else", "amendment.quantity > order.filled", ["amendment.quantity >= order.filled"]),
    ("Engine+Orders.swift", "of: amendment.quantity - filled, at: marginPrice", "amendment.quantity - filled", ["amendment.quantity"]),
    ("Engine+SelfTrades.swift", "orders[Int(makerSlot)].quantity -= prevented", "prevented", [".zero"]),
    ("Engine+SelfTrades.swift", "taker.quantity -= meeting.takerPrevented", "meeting.takerPrevented", [".zero"]),
    ("Engine+Sweep.swift", "let left = admission.quantity - sweep.quantity - sweep.prevented", "admission.quantity - sweep.quantity - sweep.prevented", ["admission.quantity - sweep.quantity"]),
    ("Engine+Sweep.swift", "given = min(given, swept[place].room(maker.side))", "min(given, swept[place].room(maker.side))", ["given"]),
    ("Engine+Admission.swift", "admission.quantity = min(order.quantity, room)", "min(order.quantity, room)", ["order.quantity"]),
    ("Engine+Admission.swift", "openOrderCount(order.account, order.instrument, slot)\n                >= instruments[index].limits.openOrderCountMax", "openOrderCount(order.account, order.instrument, slot)\n                >= instruments[index].limits.openOrderCountMax",
     ["openOrderCount(order.account, order.instrument, slot) > instruments[index].limits.openOrderCountMax"]),
    ("Engine+Admission.swift", "case (.linear, .sell): max(price, instrument.markPrice)", "max(price, instrument.markPrice)", ["price"]),
    ("Engine+Admission.swift", "case (.inverse, .buy): min(price, instrument.markPrice)", "min(price, instrument.markPrice)", ["price"]),
    ("Engine+Admission.swift", "instrument.markPrice.times(.one + bound, rounding: .down)", ".down", [".up"]),
    ("Engine+Admission.swift", "instrument.markPrice.times(.one - bound, rounding: .up)", ".up", [".down"]),
    ("Engine+Admission.swift", "order.side == .buy ? best <= admission.limit : best >= admission.limit", "order.side == .buy ? best <= admission.limit : best >= admission.limit",
     ["order.side == .buy ? best < admission.limit : best > admission.limit"]),
    ("Engine+Admission.swift", "guard exposure > exposureBefore", "exposure > exposureBefore", ["exposure >= exposureBefore"]),
    ("Engine+Admission.swift", "exposure <= notionalCap(of: state.instrument, at: state.leverage)", "exposure <= notionalCap(of: state.instrument, at: state.leverage)",
     ["exposure < notionalCap(of: state.instrument, at: state.leverage)"]),
    ("Engine+Admission.swift", "more <= crossSummary(of: state.account, column).available", "more <= crossSummary(of: state.account, column).available",
     ["more < crossSummary(of: state.account, column).available"]),
    ("OrderLimits+Checks.swift", "quantity >= quantityMin", "quantity >= quantityMin", ["quantity > quantityMin"]),
    ("OrderLimits+Checks.swift", "quantity <= most", "quantity <= most", ["quantity < most"]),
    ("OrderLimits+Checks.swift", "price >= priceMin", "price >= priceMin", ["price > priceMin"]),
    ("OrderLimits+Checks.swift", "price <= priceMax", "price <= priceMax", ["price < priceMax"]),
    ("OrderLimits+Checks.swift", "scaled > product(mark.units, most.units)", "scaled > product(mark.units, most.units)", ["scaled >= product(mark.units, most.units)"]),
    ("OrderLimits+Checks.swift", "scaled < product(mark.units, least.units)", "scaled < product(mark.units, least.units)", ["scaled <= product(mark.units, least.units)"]),
    ("OrderLimits+Checks.swift", "notional >= Amount(notionalMin, times: Quantity(1))", "notional >= Amount(notionalMin, times: Quantity(1))",
     ["notional > Amount(notionalMin, times: Quantity(1))"]),
    ("Triggers/ConditionalState.swift", "triggersUpward ? price >= order.triggerPrice : price <= order.triggerPrice", "triggersUpward ? price >= order.triggerPrice : price <= order.triggerPrice",
     ["triggersUpward ? price > order.triggerPrice : price < order.triggerPrice"]),
    ("Triggers/ConditionalState.swift", "case .stop, .stopMarket, .trailingStopMarket: order.side == .buy", "order.side == .buy", ["order.side == .sell"]),
    ("Triggers/ConditionalState.swift", "price > below && price < above", "price > below && price < above", ["price >= below && price < above", "price > below && price <= above"]),
    ("Formulas/TrailingStop.swift", "best.times(.one - callbackRate, rounding: .down)", ".down", [".up"]),
    ("Formulas/TrailingStop.swift", "best.times(.one + callbackRate, rounding: .up)", ".up", [".down"]),
    ("Formulas/TrailingStop.swift", "return price <= triggerPrice", "price <= triggerPrice", ["price < triggerPrice"]),
    ("Formulas/TrailingStop.swift", "return price >= triggerPrice", "price >= triggerPrice", ["price > triggerPrice"]),
    ("Formulas/TrailingStop.swift", "isActive || price >= activationPrice", "price >= activationPrice", ["price > activationPrice"]),
    ("Formulas/TrailingStop.swift", "isActive || price <= activationPrice", "price <= activationPrice", ["price < activationPrice"]),
    ("Engine+ConditionalAdmission.swift", "order.callbackRate >= Rate(units: 100_000)", "order.callbackRate >= Rate(units: 100_000)", ["order.callbackRate > Rate(units: 100_000)"]),
    ("Engine+ConditionalAdmission.swift", "order.callbackRate <= Rate(units: 10_000_000)", "order.callbackRate <= Rate(units: 10_000_000)", ["order.callbackRate < Rate(units: 10_000_000)"]),
    ("Engine+ConditionalAdmission.swift", "let waits =\n            order.side == .buy\n            ? order.activationPrice < current : order.activationPrice > current",
     "order.side == .buy\n            ? order.activationPrice < current : order.activationPrice > current",
     ["order.side == .buy ? order.activationPrice <= current : order.activationPrice >= current"]),
    ("Engine+ConditionalAdmission.swift", "conditionalCount(order.account, order.instrument) < instrument.triggers.countMax", "conditionalCount(order.account, order.instrument) < instrument.triggers.countMax",
     ["conditionalCount(order.account, order.instrument) <= instrument.triggers.countMax"]),
    ("Engine+Triggers.swift", "distance > mark.times(instruments[id.index].triggers.protect, rounding: .down)", "distance > mark.times(instruments[id.index].triggers.protect, rounding: .down)",
     ["distance >= mark.times(instruments[id.index].triggers.protect, rounding: .down)"]),
    ("Engine+Triggers.swift", "max(limits.quantityMin, min(room, limits.marketQuantityMax))", "max(limits.quantityMin, min(room, limits.marketQuantityMax))",
     ["min(room, limits.marketQuantityMax)", "max(limits.quantityMin, room)"]),
    ("Engine+Deleveraging.swift", "if entry.slot >= 0, entry.account != bankrupt.account {", "entry.account != bankrupt.account", ["true"]),
    ("Engine+Deleveraging.swift", "accounts[state.account.index].kind.isMargined", "accounts[state.account.index].kind.isMargined", ["true"]),
    ("Engine+Deleveraging.swift", "notional: rank == .account ? .zero : notional(of: state).magnitude", "rank == .account", ["false"]),
    ("Engine+Deleveraging.swift", "beyond: counterparty.quantity.magnitude - size", "counterparty.quantity.magnitude - size", ["counterparty.quantity.magnitude"]),
    ("Engine+Deleveraging.swift", "if order.side == side { sum += order.remaining }", "order.side == side", ["true"]),
    ("Engine+Deleveraging.swift", "guard sum > rest else", "sum > rest", ["sum >= rest"]),
    ("Engine+Deleveraging.swift", "if orders[Int(slot)].side == side { close", "orders[Int(slot)].side == side", ["true"]),
    ("Formulas/Venues/Deleveraging.swift", "by: quotient(marginBalance, over: notional).units", "quotient(marginBalance, over: notional).units", ["quotient(notional, over: marginBalance).units"]),
    ("Formulas/Venues/Deleveraging.swift", "gain < .zero\n            ? quotient", "gain < .zero", ["gain > .zero"]),
    ("Engine+Margin.swift", "tiers[index].leverageMax >= leverage", "tiers[index].leverageMax >= leverage", ["tiers[index].leverageMax > leverage"]),
    ("Engine+Margin.swift", "max((notional + state.bidValue).magnitude, (notional - state.askValue).magnitude)", "max((notional + state.bidValue).magnitude, (notional - state.askValue).magnitude)",
     ["(notional + state.bidValue).magnitude", "(notional - state.askValue).magnitude"]),
    ("Engine+Margin.swift", "notional.times(instruments[instrument].fees.taker, rounding: .up)", ".up", [".down"]),
    ("Engine+Liquidation.swift", "instrument.price(at: limit) < bankruptcy,", "instrument.price(at: limit) < bankruptcy", ["instrument.price(at: limit) <= bankruptcy", "false"]),
    ("Engine+Liquidation.swift", "if side == .buy || bankruptcy <= instrument.limits.priceMax {", "side == .buy || bankruptcy <= instrument.limits.priceMax", ["true"]),
    ("Accounts/InstrumentState.swift", "price.isZero ? limits.priceMax : max(limits.priceMin, min(price, limits.priceMax))", "max(limits.priceMin, min(price, limits.priceMax))",
     ["min(price, limits.priceMax)", "max(limits.priceMin, price)"]),
    ("Engine+Settlement.swift", "walletBefore.share(rest, of: before.quantity.magnitude, rounding: .up)", ".up", [".down"]),
    ("Engine+Settlement.swift", "rest.isZero ? -wallet : min(-wallet, max(.zero, walletBefore - wallet))", "min(-wallet, max(.zero, walletBefore - wallet))",
     ["-wallet", "max(.zero, walletBefore - wallet)", "min(-wallet, walletBefore - wallet)"]),
    ("Engine+Settlement.swift", "ledger.wallet(state.account, column) >= fee", "ledger.wallet(state.account, column) >= fee", ["ledger.wallet(state.account, column) > fee"]),
    ("Engine+Settlement.swift", "(!isLiquidation && !state.isOpen)", "(!isLiquidation && !state.isOpen)", ["false"]),
    ("Engine+Settlement.swift", "before.feesPaid.share(rest, of: whole, rounding: .halfUp)", ".halfUp", [".down", ".up"]),
    ("Engine+Settlement.swift", "before.fundingReceived.share(rest, of: whole, rounding: .halfUp)", ".halfUp", [".down", ".up"]),
    ("Engine+Settlement.swift", "fee.share(opened, of: fill, rounding: .halfUp)", "fee.share(opened, of: fill, rounding: .halfUp)", ["fee", "fee.share(opened, of: fill, rounding: .down)"]),
]  # fmt: skip

CHOICE = """internal import Foundation

/// Which of the mutants in this copy is alive.
public enum Mutant {
    public static let number =
        ProcessInfo.processInfo.environment["PLIMSOLL_MUTANT"].flatMap { Int($0) } ?? 0
}
"""


def planted():
    """Copies what is tested, with every mutant in it; returns what each of them does, in words."""
    for place in ("Sources", "Tests"):
        shutil.rmtree(FOLDER / place, ignore_errors=True)
    for folder in ("Sources/PlimsollModel", ENGINE, "Tests/Support", "Tests/PlimsollEngineTests",
                   "Tests/PlimsollTwinTests"):  # fmt: skip
        shutil.copytree(ROOT / folder, FOLDER / folder)
    shutil.copy(ROOT / "Scripts/engine/Package.swift", FOLDER)
    (FOLDER / "Sources/PlimsollModel/Mutant.swift").write_text(CHOICE)
    words = []
    for name, context, part, others in MUTANTS:
        path = FOLDER / ENGINE / name
        text = path.read_text()
        if text.count(context) != 1 or context.count(part) != 1:
            sys.exit(f"mutate: {name} does not hold once: {context}")
        changed = part
        for other in others:
            words.append(" ".join(f"{name}: {part} becomes {other}".split()))
            changed = f"(Mutant.number == {len(words)} ? ({other}) : ({changed}))"
        path.write_text(text.replace(context, context.replace(part, changed)))
    return words


def run(number, filters, patience):
    """Whether the tests notice the mutant, after how many seconds, and whether they ended."""
    began = time.monotonic()
    environment = {**os.environ, "PLIMSOLL_MUTANT": str(number), "PLIMSOLL_TWIN_STREAMS": "20"}
    # The tests themselves, not `swift test`, which would outlive them or be outlived by them; in a
    # session of their own, so that a run that does not end is ended with all that it started.
    command = [TESTS, "--testing-library", "swift-testing", "--filter", filters]
    process = subprocess.Popen(command, env=environment, start_new_session=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        return process.wait(timeout=patience) != 0, time.monotonic() - began, True
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True, time.monotonic() - began, False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true", help="only print the mutants")
    parser.add_argument("--only", default="", help="numbers of mutants, with commas")
    parser.add_argument("--twin", action="store_true", help="let the tests of the twin look too")
    options = parser.parse_args()
    words = planted()
    if options.list:
        print(*(f"{number}  {text}" for number, text in enumerate(words, 1)), sep="\n")
        return 0
    subprocess.run(["swift", "build", "--package-path", FOLDER, "-c", "release", "-Xswiftc",
                    "-enable-testing", "--build-tests", "-q"], check=True)  # fmt: skip
    filters = "PlimsollEngineTests|PlimsollTwinTests" if options.twin else "PlimsollEngineTests"
    isFound, seconds, _ = run(0, filters, None)
    if isFound:
        sys.exit("mutate: the tests fail without any mutant")
    print(f"mutate: {len(words)} mutants, {seconds:.0f} s each at most", flush=True)
    chosen = [int(text) for text in options.only.split(",") if text] or range(1, len(words) + 1)
    survivors = []
    for number in chosen:
        found, _, ended = run(number, filters, 10 * seconds + 30)
        if not ended:
            print(f"did not end: {number}  {words[number - 1]}", flush=True)
        if not found:
            survivors.append(number)
            print(f"survived: {number}  {words[number - 1]}", flush=True)
    print(f"mutate: {len(chosen) - len(survivors)} of {len(chosen)} found")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
