// Loses the response to a write, and finds out what was applied.
const admin = process.argv[2] ?? "http://127.0.0.1:8700";
const json = { "Content-Type": "application/json" };

// Without a body it is a GET.
const call = async (url = "", body = "", headers = {}) => {
  const method = body ? "POST" : "GET";
  const response = await fetch(url, { method, body: body || null, headers: { ...json, ...headers } });
  return JSON.parse((await response.text()) || "null");
};

await fetch(`${admin}/reset`, { method: "POST", headers: json });
const health = await call(`${admin}/health`);
const ravelin = health.providers.find(({ name = "" }) => name === "ravelin");
const url = ravelin.base_url;
const key = { Authorization: `token ${ravelin.environment.RAVELIN_SECRET_KEY}` };
const fault = { on: "labelCustomer", fault: "reset_before_head", processed: true };
await call(`${admin}/faults`, JSON.stringify(fault));

try { // This is your client: it sets a label.
  const label = JSON.stringify({ category: "PAYMENT_FRAUD", review: "FRAUDSTER" });
  console.log("client:", await call(`${url}/v2/customer/cust-1/labels`, label, key));
} catch (error) {
  console.log("client:", String(error));
}

const { requests } = await call(`${admin}/requests?operation=labelCustomer`);
for (const seen of requests) {
  console.log("journal:", seen.target, seen.applied ? "applied" : "not applied");
}
const review = await call(`${url}/v2/label/customer/cust-1`, "", key);
console.log("record:", review.label);

export {};
