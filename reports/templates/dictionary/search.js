// Shows the tables and columns that have every word of the search. Without script all of them show.
const field = document.querySelector("#search");
const nothing = document.querySelector(".nothing");
function search() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (text) => words.every((word) => text.includes(word));
    let found = 0;
    for (const section of document.querySelectorAll("main section")) {
        const head = (section.id + " " + (section.dataset.words || "")).toLowerCase();
        const whole = fits(head);
        let rows = 0;
        for (const row of section.querySelectorAll("tbody tr")) {
            const shown = whole || fits(head + " " + row.textContent.toLowerCase());
            row.hidden = !shown;
            rows += shown;
        }
        section.hidden = !whole && rows === 0 && !fits(section.textContent.toLowerCase());
        if (!section.hidden && rows === 0) for (const row of section.querySelectorAll("tbody tr")) row.hidden = false;
        found += !section.hidden;
    }
    for (const group of document.querySelectorAll("main .group")) {
        let next = group.nextElementSibling, any = false;
        while (next && !next.classList.contains("group")) { any ||= next.matches("section:not([hidden])"); next = next.nextElementSibling; }
        group.hidden = !any;
    }
    nothing.style.display = found ? "none" : "block";
}
field?.addEventListener("input", search);
document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== field) { event.preventDefault(); field?.focus(); }
    if (event.key === "Escape" && document.activeElement === field) { field.value = ""; search(); }
});
if (field?.value) search();
