//! A proxy of the environment would look names up beyond the guard.

use super::lure::Lure;
use super::{NOW, OURS, feed, health, prepared};

#[test]
fn no_proxy_of_the_environment_is_used() {
    let proxy = Lure::bait(feed());
    let site = Lure::saying("127.9.0.1:0", feed());
    let secure = Lure::saying("127.9.0.1:0", feed());
    let urls = [
        site.url("/feed"),
        format!("https://127.9.0.1:{}/feed", secure.port()),
        "http://name.invalid/feed".to_owned(),
        "https://name.invalid/feed".to_owned(),
    ];
    let address = proxy.url("");
    let names = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
    for scheme in ["http", "socks5h"] {
        let address = address.replace("http", scheme);
        let mut environment: Vec<(&str, &str)> = names.map(|name| (name, address.as_str())).to_vec();
        environment.extend([("NO_PROXY", ""), ("no_proxy", "")]);
        let app = prepared(&urls);
        app.run_env(&["fetch", "--quiet", "--now", NOW, "--allow-net", OURS], &environment).exits(0);
        let told = health(&app);
        assert!(told[&0].stored, "{}", told[&0].words);
        assert!((1..4).all(|n| !told[&n].stored));
    }
    assert_eq!((proxy.visits().len(), site.visits().len(), secure.visits().len()), (0, 2, 2));
}
