/** Every event of a wallet's notifications. What is not surely a payment is the last one. */
export const YAPE_EVENTS = [
	{ type: 'yape.payment.received', name: 'Payment Received' },
	{ type: 'yape.payment.sent', name: 'Payment Sent' },
	{ type: 'yape.notification.other', name: 'Other Notification' },
] as const;

/** One of the types. */
export type YapeEventType = (typeof YAPE_EVENTS)[number]['type'];

/** Why a notification is not taken for a payment. */
export type NotAPayment =
	/** No format fits the text: a promotion, a request, or a format that is new. */
	| 'unknown_format'
	/** It starts like something that was paid, but fits no format. */
	| 'outgoing'
	/** The amount can be read in more than one way, or is zero. */
	| 'amount_unclear'
	/** Formats that fit disagree about the amount. */
	| 'ambiguous'
	/** Digits of other scripts, which look like other numbers to other readers. */
	| 'other_digits'
	/** What should be the name says something else: "no", "rechazado", "cashback". */
	| 'not_a_name'
	/** The title says something else than the text. */
	| 'title_contradicts'
	/** Amount or currency in the sender's own fields differ from the text. */
	| 'conflict'
	/**
	 * Nothing says which app showed it, or it is one that is no wallet: anybody can write such a text in
	 * a chat or an SMS.
	 */
	| 'app_unknown'
	/** Several payments in one delivery; `data.payments` has each of them. */
	| 'several_payments'
	/** A bank writes so too of what was paid to itself: a card, a loan. Nothing names a payer. */
	| 'paid_to_bank'
	/** There is no text where forwarders put it. */
	| 'no_text'
	| 'text_too_long';
