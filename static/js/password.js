// A button that shows what one typed in a password field. Without this module the field is an ordinary one.
for (const field of document.querySelectorAll("main input[type=password]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet password-show";
  button.setAttribute("aria-controls", field.id);
  const draw = (shown) => {
    field.type = shown ? "text" : "password";
    button.textContent = shown ? "Cacher le mot de passe" : "Voir le mot de passe";
  };
  button.addEventListener("click", () => draw(field.type === "password"));
  field.form.addEventListener("submit", () => draw(false)); // what browsers offer to keep is a password
  draw(false);
  field.after(button);
}
