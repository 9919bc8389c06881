# Loses the response to a write, and finds out what was applied.
admin=${1:-http://127.0.0.1:8700}
json='Content-Type: application/json'

curl -sS -X POST "$admin/reset" -H "$json"
health=$(curl -sS "$admin/health")
url=$(echo "$health" | grep -o '"RAVELIN_BASE_URL":"[^"]*"' | cut -d '"' -f 4)
key=$(echo "$health" | grep -o '"RAVELIN_SECRET_KEY":"[^"]*"' | cut -d '"' -f 4)
curl -sS -o /dev/null "$admin/faults" -H "$json" \
  -d '{"on":"labelCustomer","fault":"reset_before_head","processed":true}'

# This is your client: it sets a label.
curl -s -o /dev/null "$url/v2/customer/cust-1/labels" -H "$json" -H "Authorization: token $key" \
  -d '{"category":"PAYMENT_FRAUD","review":"FRAUDSTER"}'
echo "client: curl ended with $?"

applied=$(curl -sS "$admin/requests/count" -H "$json" \
  -d '{"operation":"labelCustomer","applied":true}')
echo "journal: $applied"
review=$(curl -sS "$url/v2/label/customer/cust-1" -H "Authorization: token $key")
echo "record: $(echo "$review" | grep -o '"label":"[^"]*"' | cut -d '"' -f 4)"
