# Paste these lines into a shell, one after the other or all at once.
ADDRESS="${ADDRESS:-http://localhost:3000}"
ADMIN_KEY="${ADMIN_KEY:-$(cat data/admin-api-key)}"
JSON='Content-Type: application/json'

# 1. Create a sandbox account. Its id and its own key go into variables; the key is shown only once.
ANSWER=$(curl -sS "$ADDRESS/api/accounts" -H "X-API-Key: $ADMIN_KEY" -H "$JSON" \
  -d '{"name":"Demo","kind":"sandbox"}')
ACCOUNT=$(printf '%s' "$ANSWER" | sed -n 's/.*"id": *"\(acc_[^"]*\)".*/\1/p')
KEY=$(printf '%s' "$ANSWER" | sed -n 's/.*"apiKey": *"\([^"]*\)".*/\1/p')
printf '%s\n' "$ANSWER"

# 2. Scan its code with the virtual phone. The answer comes once the account is ready.
curl -sS -w '\n' -X POST "$ADDRESS/api/accounts/$ACCOUNT/sandbox/scan" -H "X-API-Key: $KEY"

# 3. Send a text to a customer and wait until it is sent.
curl -sS -w '\n' "$ADDRESS/api/send?wait=true" -H "X-API-Key: $KEY" -H "$JSON" \
  -d '{"to":"+9990000000101","text":"Hello from Switchboard"}'

# 4. See it on the phone of the customer.
curl -sS -w '\n' "$ADDRESS/api/accounts/$ACCOUNT/sandbox/messages" -H "X-API-Key: $KEY"

# 5. Answer as the customer.
curl -sS -w '\n' "$ADDRESS/api/accounts/$ACCOUNT/sandbox/messages" -H "X-API-Key: $KEY" -H "$JSON" \
  -d '{"from":"+9990000000101","text":"Hello back"}'

# 6. List the messages of the account, both directions.
curl -sS -w '\n' "$ADDRESS/api/messages" -H "X-API-Key: $KEY"
