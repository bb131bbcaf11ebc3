// A changed filter is applied at once; typing in the search waits for Enter.
const form = document.querySelector("[data-filters]");

if (form instanceof HTMLFormElement) {
  form.addEventListener("change", (event) => {
    const isSearch = event.target instanceof HTMLInputElement && event.target.name === "q";
    if (!isSearch) form.requestSubmit();
  });
  // Empty fields stay out of the address, except the city: "all cities" is a choice to remember.
  form.addEventListener("formdata", ({ formData }) => {
    for (const name of ["q", "language", "genre", "date"]) {
      if (!formData.get(name)) formData.delete(name);
    }
  });
}
