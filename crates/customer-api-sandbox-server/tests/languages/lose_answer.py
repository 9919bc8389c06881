"""Loses the response to a write, and finds out what was applied."""
import json, sys, urllib.request

ADMIN = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8700"

def call(url, body=None, method=None, key=None):
    headers = {"Content-Type": "application/json"} | ({"Authorization": key} if key else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.loads(response.read() or "null")

call(ADMIN + "/reset", method="POST")
health = call(ADMIN + "/health")
ravelin = next(provider for provider in health["providers"] if provider["name"] == "ravelin")
url, key = ravelin["base_url"], "token " + ravelin["environment"]["RAVELIN_SECRET_KEY"]
call(ADMIN + "/faults", {"on": "labelCustomer", "fault": "reset_before_head", "processed": True})

try:  # This is your client: it sets a label.
    label = {"category": "PAYMENT_FRAUD", "review": "FRAUDSTER"}
    print("client:", call(url + "/v2/customer/cust-1/labels", label, key=key))
except OSError as error:
    print("client:", type(error).__name__)

for seen in call(ADMIN + "/requests?operation=labelCustomer")["requests"]:
    print("journal:", seen["target"], "applied" if seen["applied"] else "not applied")
print("record:", call(url + "/v2/label/customer/cust-1", key=key)["label"])
