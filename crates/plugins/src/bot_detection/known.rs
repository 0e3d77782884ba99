//! Programs that are known to be no browsers, by what they call themselves.

/// Words for what such a program does. They stand for themselves or in a longer word: `Screaming Frog SEO Spider`,
/// `AhrefsBot`.
const TRADES: [&str; 6] = ["bot", "spider", "crawl", "scrape", "archiver", "indexer"];

/// A telephone whose browser is none of them.
const NO_BOT: &str = "cubot";

/// Programs that are called otherwise, in lower case.
const NAMES: [&str; 68] = [
    // Search engines, archives and previews.
    "altavista",
    "appengine-google",
    "ask jeeves",
    "baidumobaider",
    "bingpreview",
    "daumoa",
    "facebookexternalhit",
    "feedfetcher",
    "google favicon",
    "google sketchup",
    "/web/snippet",
    "heritrix",
    "htdig",
    "ichiro",
    "kraken",
    "larbin",
    "linkaider",
    "lycos",
    "mediapartners-google",
    "mediatoolkit",
    "netvibes",
    "nutch",
    "pagepeeker",
    "paxleframework",
    "pompos",
    "seekport",
    "semanticdiscovery",
    "slurp",
    "snappy",
    "wesee:",
    "whatweb",
    "wotbox",
    "yacy",
    "yahooseeker",
    "yandex",
    "yeti/",
    "zyborg",
    // Feed readers, checkers and page fetchers.
    "aboundex",
    "blogbridge",
    "catchpoint",
    "checklinks",
    "comodo-webinspector",
    "fetchurl",
    "findlinks",
    "genieo",
    "gomezagent",
    "grub-client",
    "httpmonitor",
    "iconsurf",
    "newsgator",
    "read%20later",
    "simplepie",
    "tailsweep",
    "thumbshots",
    "tlsprober",
    "url2png",
    "web-sniffer",
    "webthumb",
    "wordpress",
    "xenu",
    // Libraries of programmers.
    "apache-httpclient",
    "go-http-client",
    "google-http-java-client",
    "okhttp",
    "python-urllib",
    "axios/",
    "reqwest/",
    "boto",
];

/// More of them: tools and libraries that name themselves at the beginning.
const PREFIXES: [&str; 4] = ["aws-cli", "jnlp", "winhttp", "http%20client"];

/// Whether a program with this `User-Agent` is known to be no browser.
pub(super) fn is_bot(agent: &str) -> bool {
    let agent = agent.to_ascii_lowercase();
    let rest = agent.replace(NO_BOT, "");
    TRADES.iter().any(|trade| rest.contains(trade))
        || NAMES.iter().any(|name| agent.contains(name))
        || PREFIXES.iter().any(|prefix| agent.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_known_by_their_trade_or_their_name() {
        for agent in [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "AdsBot-Google",
            "Twitterbot/1.0",
            "facebookexternalhit/1.1",
            "Baiduspider",
            "Scrapy/2.11 (+https://scrapy.example) scraper",
            "okhttp/4.12.0",
            "axios/1.7.2",
            "reqwest/0.12",
            "Go-http-client/1.1",
            "Python-urllib/3.12",
            "aws-cli/2.15.0",
            "Boto3/1.34",
        ] {
            assert!(is_bot(agent), "{agent}");
        }
    }

    #[test]
    fn browsers_and_ordinary_clients_are_none() {
        for agent in [
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "Mozilla/5.0 (Linux; Android 12; CUBOT X50) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36",
            "curl/8.5.0",
            "python-requests/2.31.0",
            "",
        ] {
            assert!(!is_bot(agent), "{agent}");
        }
    }
}
