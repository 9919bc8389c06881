//! How to call each server, as the program prints it.

use customer_api_sandbox::Sandbox;

/// Returns how to call the Ravelin server.
pub(crate) fn ravelin(sandbox: &Sandbox) -> String {
    let (base, key) = (sandbox.ravelin().base_url(), sandbox.ravelin().secret_key());
    format!(
        "Ravelin\n  \
           base URL  {base}\n  \
           key       {key}\n  \
           export    RAVELIN_SECRET_KEY={key} RAVELIN_BASE_URL={base}\n\n  \
           curl -i {base}/v2/customer/cust-1/labels \\\n    \
             -H 'Authorization: token {key}' -H 'Content-Type: application/json' \\\n    \
             -d '{{\"category\":\"PAYMENT_FRAUD\",\"review\":\"FRAUDSTER\"}}'\n  \
           curl -i {base}/v2/label/customer/cust-1 -H 'Authorization: token {key}'\n  \
           curl -i {base}/v2/label/customer -H 'Authorization: token {key}'\n\n"
    )
}

/// Returns how to call the Omnidesk server.
pub(crate) fn omnidesk(sandbox: &Sandbox) -> String {
    let server = sandbox.omnidesk();
    let (base, key) = (server.base_url(), server.api_key());
    format!(
        "Omnidesk\n  \
           base URL  {base}\n  \
           key       {key}\n  \
           export    OMNIDESK_API_KEY={key} OMNIDESK_BASE_URL={base}\n\n  \
           curl -i {base}/api/v2/customer -H 'apiKey: {key}' \\\n    \
             -F brand_id=1 -F primary_id=cust-1 -F firstname=Ana -F custom_tier=gold \\\n    \
             -F channel_id=email -F customer_link_channel=ana@shop.example\n  \
           curl -i {base}/api/v2/customer/SearchByPrimaryExternalID -H 'apiKey: {key}' \\\n    \
             -F brand_id=1 -F primary_id=cust-1\n  \
           curl -i -X PUT {base}/api/v2/customer/1 -H 'apiKey: {key}' \\\n    \
             --data-urlencode brandID=1 --data-urlencode customerChannelType_0=telephone \\\n    \
             --data-urlencode customerChannelValue_0=+31201234567\n  \
           curl -i {base}/api/v2/customer -H 'apiKey: {key}'\n\n"
    )
}

/// Returns how to call the Revnue server.
pub(crate) fn revnue(sandbox: &Sandbox) -> String {
    let (base, token) = (sandbox.revnue().base_url(), sandbox.revnue().token());
    format!(
        "Revnue\n  \
           base URL  {base}\n  \
           token     {token}\n  \
           customer  1, of company 1\n  \
           export    REVNUE_TOKEN={token} REVNUE_BASE_URL={base}\n\n  \
           curl -i {base}/api/v2/customer \\\n    \
             -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\\n    \
             -d '{{\"company\":1,\"name\":\"Harbour Lane\",\"category\":17}}'\n  \
           curl -i '{base}/api/v2/customer/?company=1' -H 'Authorization: Bearer {token}'\n\n"
    )
}

/// Returns how to call the Customer Radar server.
pub(crate) fn radar(sandbox: &Sandbox) -> String {
    let server = sandbox.customer_radar();
    let (base, user, password) = (server.base_url(), server.username(), server.password());
    format!(
        "Customer Radar\n  \
           base URL  {base}\n  \
           login     {user}, {password}\n  \
           export    RADAR_USERNAME={user} RADAR_PASSWORD={password} RADAR_BASE_URL={base} \
           RADAR_CLIENT=client-1 RADAR_PROGRAMME=programme-1\n\n  \
           TOKEN=$(curl -s {base}/auth/login -H 'Content-Type: application/json' \\\n    \
             -d '{{\"username\":\"{user}\",\"password\":\"{password}\"}}' \\\n    \
             | sed 's/.*\"token\":\"\\([^\"]*\\)\".*/\\1/')\n  \
           curl -i {base}/invitation -H \"Authorization: $TOKEN\" \\\n    \
             -H 'Content-Type: application/json' \\\n    \
             -d '{{\"clientDisplayId\":\"client-1\",\"programmeDisplayId\":\"programme-1\",\"sendData\":[{{\"email\":\"ana@shop.example\",\"locationDisplayId\":\"location-1\"}}]}}'\n\n"
    )
}
