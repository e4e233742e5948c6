"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.isHeader = isHeader;
exports.readJsonObject = readJsonObject;
const node_http_1 = require("node:http");
/** Whether a header of this name and content can be sent; content is a text or a number. */
function isHeader(name, content) {
    if (typeof content !== 'string' && typeof content !== 'number')
        return false;
    try {
        (0, node_http_1.validateHeaderName)(name);
        (0, node_http_1.validateHeaderValue)(name, String(content));
        return true;
    }
    catch {
        return false;
    }
}
/**
 * A JSON object of a credential, given as text or, by an expression, as an object; empty is `{}`.
 *
 * @returns undefined where it is none. What is wrong is not told: the parser would quote a secret
 */
function readJsonObject(value) {
    const parsed = typeof value === 'string' ? parseJson(value) : (value ?? {});
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
        return undefined;
    return Object.fromEntries(Object.entries(parsed));
}
function parseJson(text) {
    try {
        return text.trim() === '' ? {} : JSON.parse(text);
    }
    catch {
        return undefined;
    }
}
