//! The page: files that stand beside this one, embedded as they are.
//!
//! Pure. Nothing is built and nothing is fetched from elsewhere.

use crate::output::page::BASE_STYLE;

/// A file of the page.
#[derive(Debug, Clone, Copy)]
pub(super) struct PageAsset {
    /// Where it is asked for.
    pub path: &'static str,
    /// What it is.
    pub media_type: &'static str,
    /// What is in it.
    pub text: &'static str,
}

impl PageAsset {
    pub(super) fn is_image(self) -> bool {
        self.media_type == IMAGE
    }
}

const HTML: &str = "text/html; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const IMAGE: &str = "image/svg+xml";

macro_rules! assets {
    ($($path:literal $media_type:ident;)*) => {
        [
            PageAsset { path: "/", media_type: HTML, text: include_str!("page/index.html") },
            PageAsset { path: "/base.css", media_type: STYLE, text: BASE_STYLE },
            $(PageAsset { path: $path, media_type: $media_type, text: include_str!(concat!("page", $path)) },)*
        ]
    };
}

/// All of them.
static ASSETS: [PageAsset; 13] = assets! {
    "/app.css" STYLE;
    "/icon.svg" IMAGE;
    "/app.js" SCRIPT;
    "/dom.js" SCRIPT;
    "/data.js" SCRIPT;
    "/list.js" SCRIPT;
    "/detail.js" SCRIPT;
    "/body.js" SCRIPT;
    "/actions.js" SCRIPT;
    "/charts.js" SCRIPT;
    "/sandbox.js" SCRIPT;
};

/// What all of them may weigh together.
#[cfg(test)]
const LIMIT: usize = 121 * 1024;

/// The file at a path.
pub(super) fn find_asset(path: &str) -> Option<PageAsset> {
    ASSETS.iter().find(|asset| asset.path == path).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_small_and_asks_nobody_else() {
        let bytes: usize = ASSETS.iter().map(|asset| asset.text.len()).sum();
        assert!(bytes <= LIMIT, "{bytes} bytes");
        for asset in ASSETS {
            let text = asset.text.replace("http://www.w3.org/", "");
            for word in
                ["https://", "innerHTML", "insertAdjacentHTML", "document.write", "eval(", "style=\"", " onclick"]
            {
                assert!(!text.contains(word), "{} says {word}", asset.path);
            }
        }
    }

    #[test]
    fn modules_import_what_is_there() {
        for asset in ASSETS.iter().filter(|asset| asset.media_type == SCRIPT) {
            for part in asset.text.split("from \"./").skip(1) {
                let name = part.split('"').next().unwrap();
                assert!(find_asset(&format!("/{name}")).is_some(), "{} imports {name}", asset.path);
            }
        }
    }
}
