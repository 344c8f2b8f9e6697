// Before anything is painted: the theme that was chosen here, else the system's.
(() => {
    try {
        const chosen = localStorage.getItem("theme");
        if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
    } catch {
        // Without storage the system's theme stays.
    }
})();
