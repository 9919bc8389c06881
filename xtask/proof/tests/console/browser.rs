//! A real browser, driven by WebDriver.

use std::{
    env,
    io::{BufRead, BufReader},
    os::unix::process::CommandExt as _,
    process::{Child, Command, Stdio},
    time::Duration,
};

use fantoccini::{
    Client, ClientBuilder, Locator,
    elements::Element,
    wd::{Capabilities, WebDriverCompatibleCommand},
};
use serde_json::{Value, json};

/// The longest wait for something that the page should show.
const PATIENCE: Duration = Duration::from_secs(20);

/// The driver, and a window of the browser that it started. Both end with this value.
pub(crate) struct Browser {
    pub(crate) client: Client,
    driver: Child,
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The browser outlives a driver that is killed alone. Both are in one process group.
        let group = format!("-{}", self.driver.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Counts pauses up to the longest wait.
struct Patience(std::cell::Cell<u32>);

/// The pause between two looks at the page.
const PAUSE: Duration = Duration::from_millis(50);

impl Patience {
    fn new() -> Self {
        Self(std::cell::Cell::new(0))
    }

    /// Whether another look makes sense.
    fn lasts(&self) -> bool {
        self.0.set(self.0.get() + 1);
        PAUSE * self.0.get() < PATIENCE
    }
}

/// One of the browser's logs.
#[derive(Debug)]
struct Log(&'static str);

impl WebDriverCompatibleCommand for Log {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (
            http::Method::POST,
            Some(json!({ "type": self.0 }).to_string()),
        )
    }
}

impl Browser {
    /// Starts a browser, or returns `None` where none is installed. With `CI` set, one must be.
    pub(crate) async fn start(is_dark: bool) -> Option<Self> {
        let Some((browser, driver)) = workspace::servers::browser() else {
            assert!(
                env::var_os("CI").is_none(),
                "chromium and chromedriver are not installed"
            );
            eprintln!("skipped: chromium and chromedriver are not installed");
            return None;
        };
        let mut driver = Command::new(driver)
            .arg("--port=0")
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let port = port(&mut driver);
        let mut arguments = vec![
            "--headless=new".to_owned(),
            // CI runs as root, where the browser's own sandbox can't start.
            "--no-sandbox".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--window-size=1400,900".to_owned(),
            // What the browser itself would load.
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--no-first-run".to_owned(),
        ];
        if is_dark {
            arguments.push("--force-dark-mode".to_owned());
            arguments.push("--blink-settings=preferredColorScheme=0".to_owned());
        }
        let capabilities = json!({
            "goog:chromeOptions": { "binary": browser, "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let capabilities: Capabilities = serde_json::from_value(capabilities).unwrap();
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap();
        Some(Self { client, driver })
    }

    /// Waits for an element by its name for tests.
    pub(crate) async fn find(&self, name: &str) -> Element {
        self.css(&format!("[data-test=\"{name}\"]")).await
    }

    /// Clicks an element by its name for tests. The page may replace the element between finding and clicking it.
    pub(crate) async fn click(&self, name: &str) {
        let end = Patience::new();
        while let Err(error) = self.find(name).await.click().await {
            assert!(end.lasts(), "{name}: {error}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    pub(crate) async fn css(&self, selector: &str) -> Element {
        let wait = self.client.wait().at_most(PATIENCE).every(PAUSE);
        let found = wait.for_element(Locator::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    /// Waits until the page shows this text in the element.
    pub(crate) async fn shows(&self, selector: &str, text: &str) {
        let end = Patience::new();
        loop {
            let elements = self.client.find_all(Locator::Css(selector)).await.unwrap();
            let mut shown = Vec::new();
            for element in elements {
                // An element that the page has just replaced has no text any more.
                shown.push(element.text().await.unwrap_or_default());
            }
            if shown.iter().any(|shown| shown.contains(text)) {
                return;
            }
            assert!(end.lasts(), "{selector} shows {shown:?}, not {text:?}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits until the page has no such element.
    pub(crate) async fn gone(&self, selector: &str) {
        let end = Patience::new();
        while self.count(selector).await > 0 {
            assert!(end.lasts(), "{selector} is still there");
            tokio::time::sleep(PAUSE).await;
        }
    }

    pub(crate) async fn count(&self, selector: &str) -> usize {
        self.client
            .find_all(Locator::Css(selector))
            .await
            .unwrap()
            .len()
    }

    /// Returns the messages of the console, which a page without faults does not write.
    pub(crate) async fn messages(&self) -> Vec<Value> {
        let log = self.client.issue_cmd(Log("browser")).await.unwrap();
        serde_json::from_value(log).unwrap()
    }

    /// Returns the address of each request that the page has sent.
    pub(crate) async fn requests(&self) -> Vec<String> {
        let log = self.client.issue_cmd(Log("performance")).await.unwrap();
        let entries: Vec<Value> = serde_json::from_value(log).unwrap();
        let messages = entries
            .iter()
            .filter_map(|entry| entry.get("message")?.as_str());
        let events = messages.map(|message| serde_json::from_str::<Value>(message).unwrap());
        events
            .filter(|event| {
                let method = event.pointer("/message/method");
                method.is_some_and(|method| method == "Network.requestWillBeSent")
            })
            .filter_map(|event| {
                let url = event.pointer("/message/params/request/url")?;
                url.as_str().map(str::to_owned)
            })
            .collect()
    }
}

/// Reads the port that the driver chose.
fn port(driver: &mut Child) -> u16 {
    let output = BufReader::new(driver.stdout.take().unwrap());
    let mut lines = output.lines().map(Result::unwrap);
    let port = lines.find_map(|line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    // The driver writes little, but it must not write into a closed pipe.
    std::thread::spawn(move || lines.for_each(drop));
    port.expect("the driver names its port")
}
