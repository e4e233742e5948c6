#!/usr/bin/env bash
# Title: No one Stripe function takes all that a Stripe endpoint gets
# Guess: constructEvent takes every delivery whose signature is right.
# Behavior: It throws a plain Error for a thin event notification, and parseEventNotification throws one for a classic event.
# Versions: stripe@23.1.0
# Matters: A destination that was given thin events refuses genuine deliveries that Stripe then repeats for days; look at `object` first.
# Source: found by running; webhooks.constructEvent, parseEventNotification
. "$(dirname "$0")/lib.sh"
install stripe@23.1.0
program <<'JS'
import Stripe from 'stripe';
const stripe = new Stripe('sk_test_invented');
const secret = 'whsec_invented';
const bodies = {
	classic: { id: 'evt_1', object: 'event', type: 'charge.succeeded', data: { object: {} } },
	thin: { id: 'evt_2', object: 'v2.core.event', type: 'v1.billing.meter.error_report_triggered', livemode: false, created: '2025-01-01T00:00:00Z' },
};
for (const [kind, event] of Object.entries(bodies)) {
	const payload = JSON.stringify(event);
	const header = stripe.webhooks.generateTestHeaderString({ payload, secret });
	const outcome = (parse) => {
		try {
			return parse().id;
		} catch (error) {
			return `throws ${error.constructor.name}`;
		}
	};
	console.log(`${kind}: constructEvent ${outcome(() => stripe.webhooks.constructEvent(payload, header, secret))}, parseEventNotification ${outcome(() => stripe.parseEventNotification(payload, header, secret))}`);
}
JS
as_found <<'OUT'
classic: constructEvent evt_1, parseEventNotification throws Error
thin: constructEvent throws Error, parseEventNotification evt_2
OUT
